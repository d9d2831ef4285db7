package io.nsrun.rootfs;

import java.util.Map;

/**
 * One member of a tar archive. Names are bytes, each of them a character of a string (ISO-8859-1).
 *
 * @param name as the archive has it
 * @param kind what it is
 * @param link target of a link; else empty
 * @param mode permission bits
 * @param uid owner
 * @param gid group
 * @param seconds time of the last change, since 1970
 * @param nanos the rest of that time
 * @param size bytes of content that follow in the archive
 * @param sparse where the pieces of that content go; null if it is one piece
 * @param realSize size of a sparse file
 * @param xattrs extended attributes by name
 */
record TarMember(
    String name,
    Kind kind,
    String link,
    int mode,
    long uid,
    long gid,
    long seconds,
    int nanos,
    long size,
    SparseMap sparse,
    long realSize,
    Map<String, byte[]> xattrs) {
  /** What a member can be. */
  enum Kind {
    FILE,
    DIRECTORY,
    SYMBOLIC_LINK,
    HARD_LINK,
    DEVICE,
    FIFO,
    UNKNOWN
  }

  /** The same without its extended attributes, which may take much memory. */
  TarMember withoutXattrs() {
    return new TarMember(
        name, kind, link, mode, uid, gid, seconds, nanos, size, sparse, realSize, Map.of());
  }

  /** The name for a person. */
  String printable() {
    return ArchiveNames.printable(name);
  }
}
