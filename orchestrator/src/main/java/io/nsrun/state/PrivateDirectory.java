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
   * is safe to use.
   *
   * @param directory absolute path
   * @param uid who must own it
   * @throws UnsafeDirectoryException if it is there, and is a symbolic link, no directory, somebody
   *     else's, or open to others
   * @throws IOException if it can't be made
   */
  public static void ensure(Path directory, int uid) throws IOException {
    FileStat stat = FileStat.of(directory);
    if (stat == null) {
      makeParents(directory.getParent());
      make(directory);
      stat = FileStat.of(directory);
      if (stat == null) {
        throw new IOException(directory + " was removed as soon as it was made");
      }
    }
    check(directory, stat, uid);
  }

  private static void check(Path directory, FileStat stat, int uid)
      throws UnsafeDirectoryException {
    if (stat.isSymbolicLink()) {
      throw new UnsafeDirectoryException(
          directory,
          "is a symbolic link",
          "remove the link, or set NSRUN_HOME to a directory of your own");
    }
    if (!stat.isDirectory()) {
      throw new UnsafeDirectoryException(
          directory, "is not a directory", "remove or rename the file");
    }
    if (stat.uid() != uid) {
      throw new UnsafeDirectoryException(
          directory,
          "belongs to uid "
              + Integer.toUnsignedString(stat.uid())
              + ", not to uid "
              + Integer.toUnsignedString(uid),
          "somebody else made it: have it removed, or set XDG_RUNTIME_DIR and NSRUN_HOME to directories of your own");
    }
    if ((stat.permissions() & 077) != 0) {
      throw new UnsafeDirectoryException(
          directory,
          "is open to other users (mode 0" + Integer.toOctalString(stat.permissions()) + ")",
          "run: chmod 700 " + directory);
    }
  }

  private static void makeParents(Path directory) throws IOException {
    if (directory == null || Files.isDirectory(directory)) {
      return;
    }
    makeParents(directory.getParent());
    make(directory);
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
