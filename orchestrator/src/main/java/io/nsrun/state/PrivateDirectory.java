package io.nsrun.state;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/**
 * Directories that only their owner can enter, so that nobody else can plant or swap a file in
 * them.
 *
 * <p>What is found there is checked, not trusted: /tmp is writable by everyone.
 */
public final class PrivateDirectory {
  private PrivateDirectory() {}

  /**
   * Makes {@code directory} with mode 0700 unless it is there, parents included, and checks that it
   * is safe to use, as {@link TrustedPath} has it.
   *
   * @param directory absolute path
   * @param uid who must own it
   * @return the same without symbolic links
   * @throws UnsafeDirectoryException if it is there, and is a symbolic link, no directory, somebody
   *     else's, or open to others; or if somebody else could put another in its place
   * @throws IOException if it can't be made
   */
  public static Path ensure(Path directory, int uid) throws IOException {
    Path parent = TrustedPath.resolve(directory.getParent(), uid);
    Path place = parent.resolve(directory.getFileName());
    FileStat stat = FileStat.of(place);
    if (stat == null) {
      if (makeParents(parent)) {
        parent = TrustedPath.resolve(parent, uid);
        place = parent.resolve(directory.getFileName());
      }
      make(place);
      stat = FileStat.of(place);
      if (stat == null) {
        throw new IOException(directory + " was removed as soon as it was made");
      }
    }
    check(directory, stat, uid);
    return place;
  }

  private static void check(Path directory, FileStat stat, int uid)
      throws UnsafeDirectoryException {
    if (stat.isSymbolicLink()) {
      throw new UnsafeDirectoryException(
          directory,
          "is a symbolic link",
          "remove the link, or set NSRUN_HOME to a directory of your own",
          stat.uid() != uid);
    }
    if (!stat.isDirectory()) {
      throw new UnsafeDirectoryException(
          directory, "is not a directory", "remove or rename the file", stat.uid() != uid);
    }
    if (stat.uid() != uid) {
      throw new UnsafeDirectoryException(
          directory,
          "belongs to uid "
              + Integer.toUnsignedString(stat.uid())
              + ", not to uid "
              + Integer.toUnsignedString(uid),
          "somebody else made it: have it removed, or set XDG_RUNTIME_DIR and NSRUN_HOME to"
              + " directories of your own",
          true);
    }
    if ((stat.permissions() & 077) != 0) {
      throw new UnsafeDirectoryException(
          directory,
          "is open to other users (mode 0" + Integer.toOctalString(stat.permissions()) + ")",
          "run: chmod 700 " + directory,
          false);
    }
  }

  /** Whether there was something to make. */
  private static boolean makeParents(Path directory) throws IOException {
    if (directory == null || Files.isDirectory(directory)) {
      return false;
    }
    makeParents(directory.getParent());
    make(directory);
    return true;
  }

  private static void make(Path directory) throws IOException {
    try {
      Files.createDirectory(directory, ownerOnly());
    } catch (FileAlreadyExistsException e) {
      // Another nsrun made it at the same time: the check that follows decides.
      return;
    }
  }

  private static FileAttribute<Set<PosixFilePermission>> ownerOnly() {
    return PosixFilePermissions.asFileAttribute(
        EnumSet.of(
            PosixFilePermission.OWNER_READ,
            PosixFilePermission.OWNER_WRITE,
            PosixFilePermission.OWNER_EXECUTE));
  }
}
