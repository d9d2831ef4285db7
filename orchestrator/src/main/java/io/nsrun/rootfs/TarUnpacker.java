package io.nsrun.rootfs;

import io.nsrun.state.FileStat;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Unpacks a root filesystem from a tar archive that may be hostile.
 *
 * <p>Whatever the archive says, nothing outside the target is made, changed or linked to: names
 * with {@code ..} are refused, leading slashes are dropped, links on the way are followed inside
 * the target only, and a member that is there already is replaced, never written through. Devices
 * and FIFOs are left out, with a warning: a container gets its own /dev. Extended attributes are
 * left out too, since the JDK can set none but the users' own; of file capabilities, without which
 * a program does less, a warning says so.
 */
final class TarUnpacker {
  private static final Logger LOG = LoggerFactory.getLogger(TarUnpacker.class);

  private static final int BUFFER = 1 << 16;
  private static final int PERMISSION_BITS = 07777;
  private static final int MOST_WARNINGS = 5;
  private static final String CAPABILITY = "security.capability";

  private final Path root;
  private final RootfsPathResolver resolver;
  private final UnpackLimits limits;
  private final boolean keepOwners;
  private final Deque<DirectoryMetadata> directories = new ArrayDeque<>();
  private final byte[] buffer = new byte[BUFFER];

  private long members;
  private long bytes;
  private long skipped;
  private boolean ownersRefused;
  private String withCapabilities;

  /**
   * @param root an empty directory that nobody else can write to
   * @param limits what is too much
   * @param keepOwners whether files get the numeric owners of the archive (needs CAP_CHOWN); else
   *     all belong to the caller
   */
  TarUnpacker(Path root, UnpackLimits limits, boolean keepOwners) {
    this.root = root;
    this.resolver = new RootfsPathResolver(root);
    this.limits = limits;
    this.keepOwners = keepOwners;
  }

  /**
   * Unpacks the whole archive; blocks until done.
   *
   * @param tar a tar archive, plain or compressed with gzip, xz or zstd; it is not closed
   * @throws HostileArchiveException if the archive tries to get out, or is too large
   * @throws IOException if the archive is damaged, or the file system refuses; what was unpacked
   *     until then stays
   */
  void unpack(InputStream tar) throws IOException {
    TarArchiveInputStream in = new TarArchiveInputStream(Decompression.open(tar), "UTF-8");
    TarArchiveEntry entry = next(in);
    while (entry != null) {
      if (!entry.isCheckSumOK()) {
        throw new HostileArchiveException("the archive has a header whose checksum is wrong");
      }
      if (++members > limits.members()) {
        throw new HostileArchiveException(
            "the archive has more than " + limits.members() + " members");
      }
      unpack(in, entry);
      entry = next(in);
    }
    if (members == 0) {
      throw new HostileArchiveException("the archive has no members");
    }
    while (!directories.isEmpty()) {
      // Innermost first, since a directory may end up closed to its own owner.
      directories.pop().apply(this);
    }
    if (withCapabilities != null) {
      LOG.warn(
          "file capabilities of the archive are left out, those of {} among them: such programs run"
              + " without",
          RootfsPathResolver.printable(withCapabilities));
    }
    if (skipped > MOST_WARNINGS) {
      LOG.warn("{} more devices and FIFOs of the archive were left out", skipped - MOST_WARNINGS);
    }
  }

  private static TarArchiveEntry next(TarArchiveInputStream in) throws IOException {
    try {
      return in.getNextEntry();
    } catch (EOFException e) {
      throw new HostileArchiveException("the archive ends in the middle of a header");
    } catch (RuntimeException | OutOfMemoryError e) {
      // The parser believes sizes that headers claim for themselves.
      throw new HostileArchiveException("the archive has a header that makes no sense");
    }
  }

  private void unpack(TarArchiveInputStream in, TarArchiveEntry entry) throws IOException {
    List<String> components = RootfsPathResolver.components(entry.getName());
    if (components.isEmpty()) {
      directories.push(new DirectoryMetadata(root, entry));
      return;
    }
    if (entry.isCharacterDevice() || entry.isBlockDevice() || entry.isFIFO()) {
      if (++skipped <= MOST_WARNINGS) {
        LOG.warn(
            "left out of the archive, since it is a device or FIFO: {}",
            RootfsPathResolver.printable(entry.getName()));
      }
      return;
    }
    Path path = resolver.resolve(components, true);
    if (entry.isDirectory()) {
      makeDirectory(path, entry);
    } else if (entry.isSymbolicLink()) {
      makeWay(path);
      Files.createSymbolicLink(path, Path.of(linkTarget(entry)));
      own(path, entry);
    } else if (entry.isLink()) {
      makeHardLink(path, entry);
    } else if (entry.isFile() && in.canReadEntryData(entry)) {
      makeFile(in, path, entry);
    } else {
      throw new HostileArchiveException(
          "member '" + RootfsPathResolver.printable(entry.getName()) + "' is of an unknown kind");
    }
  }

  private void makeDirectory(Path path, TarArchiveEntry entry) throws IOException {
    FileStat there = FileStat.of(path);
    if (there == null || !there.isDirectory()) {
      makeWay(path);
      Files.createDirectory(path);
    }
    directories.push(new DirectoryMetadata(path, entry));
  }

  private void makeHardLink(Path path, TarArchiveEntry entry) throws IOException {
    List<String> target = RootfsPathResolver.components(linkTarget(entry));
    if (target.isEmpty()) {
      throw new HostileArchiveException(
          "hard link '"
              + RootfsPathResolver.printable(entry.getName())
              + "' points to a directory");
    }
    Path existing = resolver.resolve(target, false);
    FileStat stat = FileStat.of(existing);
    if (stat == null || stat.isDirectory()) {
      throw new HostileArchiveException(
          "hard link '"
              + RootfsPathResolver.printable(entry.getName())
              + "' points to '"
              + RootfsPathResolver.printable(entry.getLinkName())
              + "', which is no earlier file of the archive");
    }
    if (path.equals(existing)) {
      return;
    }
    makeWay(path);
    Files.createLink(path, existing);
  }

  private void makeFile(TarArchiveInputStream in, Path path, TarArchiveEntry entry)
      throws IOException {
    makeWay(path);
    noteCapabilities(entry);
    try (OutputStream out =
        Files.newOutputStream(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
      int count = read(in, entry);
      while (count >= 0) {
        bytes += count;
        if (bytes > limits.bytes()) {
          throw new HostileArchiveException(
              "the archive unpacks to more than " + limits.bytes() + " bytes");
        }
        out.write(buffer, 0, count);
        count = read(in, entry);
      }
    }
    // Owner first: chown clears the set-id bits.
    own(path, entry);
    Files.setAttribute(
        path, "unix:mode", entry.getMode() & PERMISSION_BITS, LinkOption.NOFOLLOW_LINKS);
    setTime(path, entry);
  }

  /** Looks for what {@code setcap} gives a file, as GNU tar and libarchive spell it in a header. */
  private void noteCapabilities(TarArchiveEntry entry) {
    for (String header : entry.getExtraPaxHeaders().keySet()) {
      if (withCapabilities == null && header.endsWith(".xattr." + CAPABILITY)) {
        withCapabilities = entry.getName();
      }
    }
  }

  private int read(TarArchiveInputStream in, TarArchiveEntry entry) throws IOException {
    try {
      return in.read(buffer, 0, buffer.length);
    } catch (EOFException e) {
      throw cutShort(entry);
    } catch (IOException e) {
      if (e.getMessage() != null && e.getMessage().contains("Truncated")) {
        throw cutShort(entry);
      }
      throw e;
    }
  }

  private static HostileArchiveException cutShort(TarArchiveEntry entry) {
    return new HostileArchiveException(
        "the archive ends in the middle of '"
            + RootfsPathResolver.printable(entry.getName())
            + "'");
  }

  /** Removes what is at {@code path}, so that the member is made anew and never through a link. */
  private static void makeWay(Path path) throws IOException {
    try {
      Files.deleteIfExists(path);
    } catch (DirectoryNotEmptyException e) {
      throw new HostileArchiveException(
          "member '"
              + RootfsPathResolver.printable(String.valueOf(path.getFileName()))
              + "' would replace a directory that has files");
    }
  }

  private void own(Path path, TarArchiveEntry entry) throws IOException {
    if (!keepOwners || ownersRefused) {
      return;
    }
    try {
      Files.setAttribute(path, "unix:uid", id(entry.getLongUserId()), LinkOption.NOFOLLOW_LINKS);
      Files.setAttribute(path, "unix:gid", id(entry.getLongGroupId()), LinkOption.NOFOLLOW_LINKS);
    } catch (FileSystemException e) {
      ownersRefused = true;
      LOG.warn(
          "owners of the archive can't be kept, its files belong to you: {}",
          String.valueOf(e.getReason()));
    }
  }

  private static int id(long value) throws HostileArchiveException {
    // (uid_t) -1 means "leave unchanged" to chown(2).
    if (value < 0 || value >= 0xffffffffL) {
      throw new HostileArchiveException("owner " + value + " is outside 0 to 4294967294");
    }
    return (int) value;
  }

  private static String linkTarget(TarArchiveEntry entry) throws HostileArchiveException {
    String target = entry.getLinkName();
    if (target == null || target.isEmpty() || target.indexOf('\0') >= 0) {
      throw new HostileArchiveException(
          "link '" + RootfsPathResolver.printable(entry.getName()) + "' has no usable target");
    }
    return target;
  }

  private static void setTime(Path path, TarArchiveEntry entry) throws IOException {
    FileTime time = entry.getLastModifiedTime();
    if (time != null) {
      Files.setLastModifiedTime(path, time);
    }
  }

  /** What a directory gets once everything in it is there. */
  private record DirectoryMetadata(Path path, TarArchiveEntry entry) {
    void apply(TarUnpacker unpacker) throws IOException {
      FileStat stat = FileStat.of(path);
      if (stat == null || !stat.isDirectory()) {
        return; // a later member took its place
      }
      unpacker.own(path, entry);
      setTime(path, entry);
      Files.setAttribute(
          path, "unix:mode", entry.getMode() & PERMISSION_BITS, LinkOption.NOFOLLOW_LINKS);
    }
  }
}
