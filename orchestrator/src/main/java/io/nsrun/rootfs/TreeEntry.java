package io.nsrun.rootfs;

import java.util.Map;

/**
 * One entry of a tree, as a packer tells it. Paths and names are bytes, each of them a character of
 * a string (ISO-8859-1).
 *
 * @param path below what is packed: components with slashes between, none of them empty, {@code .}
 *     or {@code ..}; empty for what is packed itself
 * @param mode type and permission bits, as in {@code st_mode}
 * @param uid owner, as the packer sees it
 * @param gid group, as the packer sees it
 * @param seconds time of the last change, since 1970
 * @param nanos the rest of that time, 0 to 999,999,999
 * @param size bytes of a file, holes included
 * @param major of a device
 * @param minor of a device
 * @param device file system of a file that has several names
 * @param inode its number there; 0 if it has one name
 * @param again whether it was told under another name already; then it has no content here
 * @param target of a symbolic link; else empty
 * @param xattrs extended attributes by name
 * @param pieces where the file has something else than holes, within its size
 */
public record TreeEntry(
    String path,
    int mode,
    long uid,
    long gid,
    long seconds,
    int nanos,
    long size,
    long major,
    long minor,
    long device,
    long inode,
    boolean again,
    String target,
    Map<String, byte[]> xattrs,
    Extents pieces) {
  /** What an entry can be. */
  public enum Kind {
    FILE,
    DIRECTORY,
    SYMBOLIC_LINK,
    CHARACTER_DEVICE,
    BLOCK_DEVICE,
    FIFO,
    SOCKET,
    NOTHING
  }

  private static final int TYPE_SHIFT = 12;
  private static final int PERMISSIONS = 07777;

  /** What it is. */
  public Kind kind() {
    return kind(mode);
  }

  /**
   * What a mode says; {@link Kind#NOTHING} if it is none.
   *
   * @param mode as in {@code st_mode}
   */
  static Kind kind(int mode) {
    return switch (mode >> TYPE_SHIFT) {
      case 010 -> Kind.FILE;
      case 004 -> Kind.DIRECTORY;
      case 012 -> Kind.SYMBOLIC_LINK;
      case 002 -> Kind.CHARACTER_DEVICE;
      case 006 -> Kind.BLOCK_DEVICE;
      case 001 -> Kind.FIFO;
      case 014 -> Kind.SOCKET;
      default -> Kind.NOTHING;
    };
  }

  /** The twelve permission bits. */
  int permissions() {
    return mode & PERMISSIONS;
  }
}
