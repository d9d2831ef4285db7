package io.nsrun.launch;

import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.IoMessages;
import io.nsrun.state.FileStat;
import io.nsrun.state.LockedDirectory;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A directory that keeps what containers wrote to their root filesystem: {@code upper} has the
 * changes, {@code work} belongs to overlayfs, and {@code lock} is held while a container runs.
 */
public final class OverlayDirectory implements Closeable {
  /** The root directory of the container has the mode of this one. */
  private static final int UPPER_MODE = 0755;

  private static final int PRIVATE_MODE = 0700;

  private final LockedDirectory lock;

  private OverlayDirectory(LockedDirectory lock) {
    this.lock = lock;
  }

  /**
   * Makes what is missing of the directory, and takes it. Its parent must be there.
   *
   * @param directory absolute
   * @param uid effective user id of the caller, who must own it
   * @throws ExplainedException if it can't be made, is somebody else's, has other files, or if
   *     another container has it
   */
  public static OverlayDirectory open(Path directory, int uid) throws IOException {
    try {
      make(directory, PRIVATE_MODE);
      check(directory, uid);
      LockedDirectory lock = LockedDirectory.tryAcquire(directory);
      if (lock == null) {
        throw new ExplainedException(
            "overlay directory " + directory + " is in use by a running container",
            "wait until that one has ended, or use a directory for each container");
      }
      boolean made = false;
      try {
        make(directory.resolve("upper"), UPPER_MODE);
        make(directory.resolve("work"), PRIVATE_MODE);
        made = true;
        return new OverlayDirectory(lock);
      } finally {
        if (!made) {
          lock.close();
        }
      }
    } catch (ExplainedException e) {
      throw e;
    } catch (IOException e) {
      throw new ExplainedException(
          "overlay directory " + directory + ": " + IoMessages.reason(e),
          "name a directory in one that is there and that you can write to",
          e);
    }
  }

  private static void make(Path directory, int mode) throws IOException {
    if (FileStat.of(directory) == null) {
      Files.createDirectory(directory);
      Files.setAttribute(directory, "unix:mode", mode);
    }
  }

  private static void check(Path directory, int uid) throws IOException {
    int owner = (Integer) Files.getAttribute(directory, "unix:uid");
    if (owner != uid) {
      throw new ExplainedException(
          "overlay directory "
              + directory
              + " belongs to uid "
              + Integer.toUnsignedString(owner)
              + ", not to uid "
              + Integer.toUnsignedString(uid),
          "name one of your own");
    }
    boolean ours = false;
    Path other = null;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (name.equals("upper") || name.equals("work") || name.equals(LockedDirectory.FILE)) {
          ours |= isOurs(entry, name);
        } else {
          other = entry;
        }
      }
    }
    if (other != null && !ours) {
      throw new ExplainedException(
          "overlay directory " + directory + " has files of something else, such as " + other,
          "name an empty directory, or one that an earlier run has filled");
    }
  }

  private static boolean isOurs(Path entry, String name) throws IOException {
    FileStat stat = FileStat.of(entry);
    boolean wantsDirectory = !name.equals(LockedDirectory.FILE);
    if (stat == null || (wantsDirectory ? !stat.isDirectory() : !stat.isRegularFile())) {
      throw new ExplainedException(
          "overlay directory: " + entry + " is no " + (wantsDirectory ? "directory" : "file"),
          "name an empty directory, or one that an earlier run has filled");
    }
    return wantsDirectory;
  }

  /** Lets others have it. What was written stays. */
  @Override
  public void close() throws IOException {
    lock.close();
  }
}
