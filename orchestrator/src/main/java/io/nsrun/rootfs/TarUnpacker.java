package io.nsrun.rootfs;

import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.IdRange;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a root filesystem from a tar archive that may be hostile, and says what it is made of.
 *
 * <p>Whatever the archive says, nothing outside the target is made, changed or linked to: names
 * with {@code ..} are refused, leading slashes are dropped, links on the way are followed inside
 * the target only, and a member that is there already is replaced, never written through. Devices
 * and FIFOs are left out: a container gets its own /dev.
 */
final class TarUnpacker {
  private static final Logger LOG = LoggerFactory.getLogger(TarUnpacker.class);

  private static final String CAPABILITY = "security.capability";
  private static final String USERS_OWN = "user.";

  /**
   * Of overlayfs, which a container's root is: it would hide files, and have others be elsewhere.
   */
  private static final String OVERLAYS_OWN = "user.overlay.";

  private static final int MOST_XATTR_BYTES = 1 << 16;
  private static final int MOST_XATTR_NAME = 255;
  private static final int MOST_TARGET = 4095;
  private static final int SET_ID_BITS = 06000;

  /** Who owns what has an owner that is none here; as the kernel shows it. */
  private static final long NOBODY = 65534;

  /** Ids that a container usually has. */
  private static final long ORDINARY_IDS = 65536;

  private static final int CHUNK = 192 << 10;

  private final UnpackLimits limits;
  private final Owners owners;
  private final TreeSink sink;
  private final ArchiveNames names = new ArchiveNames();
  private final Map<String, TarMember> directories = new LinkedHashMap<>();

  private long members;
  private final Losses skipped = new Losses();
  private final Losses otherOwners = new Losses();
  private final Losses strangers = new Losses();
  private final Losses leftXattrs = new Losses();
  private boolean looksLikeARoot;

  /** How many members something could not be kept of, and the first of them. */
  private static final class Losses {
    private long count;
    private String first;

    void add(TarMember member, String what) {
      if (count++ == 0) {
        first = member.printable() + what;
      }
    }
  }

  /**
   * @param limits what is too much
   * @param owners whom files can belong to
   * @param sink what makes the files
   */
  TarUnpacker(UnpackLimits limits, Owners owners, TreeSink sink) {
    this.limits = limits;
    this.owners = owners;
    this.sink = sink;
  }

  /**
   * Reads the archive to its end, which may come before that of the stream; blocks until done.
   *
   * @param tar a tar archive, plain or compressed with gzip, xz or zstd; it is not closed
   * @throws HostileArchiveException if the archive tries to get out, or is too large
   * @throws IOException if the archive is damaged, or the sink refuses; what was unpacked until
   *     then stays
   */
  void unpack(InputStream tar) throws IOException {
    TarReader in = new TarReader(Decompression.open(tar), limits.bytes());
    for (TarMember member = in.next(); member != null; member = in.next()) {
      if (++members > limits.members()) {
        throw new HostileArchiveException(
            "the archive has more than " + limits.members() + " members");
      }
      unpack(in, member);
    }
    if (members == 0) {
      throw new HostileArchiveException("the archive has no members");
    }
    for (Map.Entry<String, TarMember> directory : directories.entrySet()) {
      sink.directory(directory.getKey());
      attributes(directory.getValue());
    }
  }

  /** Says what could not be kept; to be called once all is there. */
  void tellLosses() {
    tellLeftOut();
    tellOwners();
  }

  /** Says what is not there at all. */
  void tellLeftOut() {
    if (skipped.count > 0) {
      LOG.warn(
          "left out of the archive, since it is a device or FIFO: {}{}",
          skipped.first,
          others(skipped));
    }
    if (leftXattrs.count > 0) {
      LOG.warn(
          "extended attributes left out, since they are overlayfs's own or too long: {}{}",
          leftXattrs.first,
          others(leftXattrs));
    }
  }

  private void tellOwners() {
    if (otherOwners.count > 0) {
      LOG.warn(
          "all files of the archive belong to root inside, not to their owners, as {}{}: {}",
          otherOwners.first,
          others(otherOwners),
          owners.oneId());
    }
    if (strangers.count > 0) {
      LOG.warn(
          "owners that a container does not have are nobody inside: {}{}",
          strangers.first,
          others(strangers));
    }
  }

  private static String others(Losses losses) {
    return losses.count == 1 ? "" : " and " + (losses.count - 1) + " more";
  }

  /** What a failure to make a path means, in words of the archive; null if it is none of its. */
  HostileArchiveException explain(TreeException failure) {
    String path = ArchiveNames.printable(failure.path());
    return switch (failure.why()) {
      case NO_DIRECTORY ->
          new HostileArchiveException("'" + path + "' lies below something that is no directory");
      case HAS_FILES ->
          new HostileArchiveException(
              "member '" + path + "' would replace a directory that has files");
      case NO_TARGET -> {
        String target = names.targetOf(failure.path());
        yield new HostileArchiveException(
            "hard link '"
                + path
                + "' points to '"
                + ArchiveNames.printable(target == null ? "" : target)
                + "', which is no earlier file of the archive");
      }
      case TOO_MANY_DIRECTORIES ->
          new HostileArchiveException("the archive has too many directories that are no member");
      case TOO_LONG ->
          new HostileArchiveException("member '" + path + "' has a name that is too long");
      case IS_DIRECTORY, IS_NO_DIRECTORY, NO_ID, READ, OTHER -> null;
    };
  }

  private void unpack(TarReader in, TarMember member) throws IOException {
    String path = names.resolve(member.name());
    refuseImages(path, member);
    switch (member.kind()) {
      case DIRECTORY -> {
        names.directory(path, member.name());
        sink.directory(path);
        xattrs(member);
        directories.put(path, member.withoutXattrs());
      }
      case DEVICE, FIFO -> {
        // Of those in /dev, whatever they are, every container has its own.
        if (!path.startsWith("dev/")) {
          skipped.add(member, "");
        }
      }
      case UNKNOWN ->
          throw new HostileArchiveException(
              "member '" + member.printable() + "' is of an unknown kind");
      default -> {
        if (path.isEmpty()) {
          throw new HostileArchiveException(
              "member '" + member.printable() + "' replaces the root");
        }
        directories.remove(path);
        makeFile(in, path, member);
      }
    }
  }

  private void makeFile(TarReader in, String path, TarMember member) throws IOException {
    switch (member.kind()) {
      case SYMBOLIC_LINK -> {
        String target = target(member);
        sink.symbolicLink(path, target);
        names.link(path, target);
        attributes(member);
      }
      case HARD_LINK -> {
        String target = names.resolve(target(member));
        if (target.isEmpty()) {
          throw new HostileArchiveException(
              "hard link '" + member.printable() + "' points to a directory");
        }
        sink.hardLink(path, target);
        names.hardLink(path, target, member.link());
      }
      default -> {
        sink.file(path);
        names.noLink(path);
        content(in, member);
        attributes(member);
      }
    }
  }

  private static String target(TarMember member) throws HostileArchiveException {
    if (member.link().isEmpty() || member.link().indexOf('\0') >= 0) {
      throw new HostileArchiveException("link '" + member.printable() + "' has no usable target");
    }
    if (member.link().length() > MOST_TARGET) {
      throw new HostileArchiveException(
          "link '" + member.printable() + "' has a target of " + member.link().length() + " bytes");
    }
    return member.link();
  }

  private void content(TarReader in, TarMember member) throws IOException {
    if (member.sparse() == null) {
      piece(in, 0, member.size());
      return;
    }
    SparseMap map = member.sparse();
    for (int i = 0; i < map.pieces(); i++) {
      piece(in, map.offset(i), map.length(i));
    }
    sink.size(member.realSize());
  }

  private void piece(TarReader in, long offset, long length) throws IOException {
    for (long done = 0; done < length; ) {
      int n = in.available(Math.min(length - done, CHUNK));
      sink.data(offset + done, in.bytes(), in.position(), n);
      in.consume(n);
      done += n;
    }
  }

  private void attributes(TarMember member) throws IOException {
    long uid = owner(member, member.uid(), owners.uids(), owners.uid());
    long gid = owner(member, member.gid(), owners.gids(), owners.gid());
    boolean foreign = !owners.isOne() && (uid != member.uid() || gid != member.gid());
    sink.attributes(
        uid,
        gid,
        foreign ? member.mode() & ~SET_ID_BITS : member.mode(),
        member.seconds(),
        member.nanos());
    if (member.kind() != TarMember.Kind.SYMBOLIC_LINK) {
      xattrs(member);
    }
  }

  private void xattrs(TarMember member) throws IOException {
    for (Map.Entry<String, byte[]> xattr : member.xattrs().entrySet()) {
      String name = xattr.getKey();
      if (!name.startsWith(USERS_OWN) && !name.equals(CAPABILITY)) {
        continue; // labels of SELinux and the like are the host's to give
      }
      if (name.startsWith(OVERLAYS_OWN)
          || name.length() > MOST_XATTR_NAME
          || name.indexOf('\0') >= 0
          || xattr.getValue().length > MOST_XATTR_BYTES) {
        leftXattrs.add(member, " (" + ArchiveNames.printable(name) + ")");
      } else {
        sink.xattr(name, xattr.getValue());
      }
    }
  }

  private long owner(TarMember member, long id, List<IdRange> ids, long own)
      throws HostileArchiveException {
    // (uid_t) -1 means "leave unchanged" to chown(2).
    if (id < 0 || id >= 0xffffffffL) {
      throw new HostileArchiveException("owner " + id + " is outside 0 to 4294967294");
    }
    if (owners.isOne()) {
      if (id != 0 && id != own) {
        otherOwners.add(member, " (" + id + ")");
      }
      return 0;
    }
    boolean known = Owners.contains(ids, id);
    if (!known || id >= ORDINARY_IDS) {
      strangers.add(member, " (" + id + ")");
    }
    return known ? id : Owners.contains(ids, NOBODY) ? NOBODY : 0;
  }

  /** An image in an archive has its layers in archives of their own. */
  private void refuseImages(String path, TarMember member) throws ExplainedException {
    if (member.kind() == TarMember.Kind.DIRECTORY || path.indexOf('/') >= 0) {
      looksLikeARoot |= path.startsWith("bin") || path.startsWith("usr") || path.startsWith("etc");
    } else if (!looksLikeARoot && (path.equals("manifest.json") || path.equals("oci-layout"))) {
      throw RootfsResolver.image();
    }
  }
}
