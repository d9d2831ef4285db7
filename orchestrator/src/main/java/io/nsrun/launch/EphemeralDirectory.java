package io.nsrun.launch;

import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.IoMessages;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.Text;
import io.nsrun.state.FileStat;
import io.nsrun.state.LockedDirectory;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * An {@link OverlayDirectory} for one container, to be removed in the end, in a directory that
 * others may use too. What a container left there that was killed, the next one takes over to
 * remove it with its own.
 *
 * <p>A container that was given the directory around it can put something else in its place. So it
 * is known by device and inode, and whoever removes something has to compare these where nothing
 * can be exchanged any more.
 */
public final class EphemeralDirectory {
  private static final String PREFIX = "nsrun-ephemeral-";
  private static final int DIGITS = 12;
  private static final int OTHERS_WRITE = 022;
  private static final int STICKY = 01000;

  /** After that long without its parts, a directory is not being made any more. */
  private static final Duration LONG_TO_MAKE = Duration.ofMinutes(1);

  private static final int DISCARD_LOOKS = 50;
  private static final long DISCARD_PAUSE_NANOS = 2_000_000;

  /** Removes all that is in a directory, whoever owns it. */
  public interface Emptier {
    /**
     * Blocks until it is empty.
     *
     * @param identity device and inode, as decimal numbers with a colon between. What has others is
     *     not the directory, and must be left alone
     */
    void empty(Path directory, String identity) throws IOException, InterruptedException;
  }

  /** A directory of ours, and the lock that says so. */
  private record Held(Path path, String identity, Closeable lock) {}

  private final Path own;
  private final Path parent;
  private final int uid;
  private final List<Held> all = new ArrayList<>();

  /** Guarded by this. */
  private boolean discarded;

  /**
   * None of it is there before {@link #make}.
   *
   * @param directory as {@link #path} names it; its parent is there
   * @param uid effective user id of the caller
   */
  public EphemeralDirectory(Path directory, int uid) {
    this.own = directory;
    this.parent = directory.getParent();
    this.uid = uid;
  }

  /**
   * What the directory of a container is called.
   *
   * @param parent absolute path of the directory that it is made in; links are resolved, if it is
   *     there
   * @param id of the container, at least 12 hexadecimal digits
   */
  public static String path(String parent, String id) {
    String name = PREFIX + id.substring(0, DIGITS);
    try {
      return OsPath.text(OsPath.of(parent).toRealPath().resolve(name));
    } catch (IOException | InvalidPathException e) {
      return parent + "/" + name;
    }
  }

  /**
   * Makes the directory, and takes over those that nobody uses any more.
   *
   * @throws ExplainedException if it can't be made, or if another user could exchange it
   */
  public void make() throws IOException {
    try {
      for (Path each = parent; each != null; each = each.getParent()) {
        checkThatNobodyElseCanExchangeWhatIsIn(each);
      }
      all.add(makeOwn());
    } catch (ExplainedException e) {
      throw e;
    } catch (IOException e) {
      throw new ExplainedException(
          "ephemeral directory " + OsPath.text(own) + ": " + IoMessages.reason(e),
          "name a directory in which you can make one, such as /var/tmp",
          e);
    }
    takeOver();
  }

  private void checkThatNobodyElseCanExchangeWhatIsIn(Path directory) throws IOException {
    FileStat stat = FileStat.of(directory);
    if (stat == null) {
      throw new IOException(directory + " is gone");
    }
    boolean open = (stat.permissions() & OTHERS_WRITE) != 0 && (stat.permissions() & STICKY) == 0;
    if (open || (stat.uid() != uid && stat.uid() != 0)) {
      throw new ExplainedException(
          Text.of(
              SpecField.EPHEMERAL_DIRECTORY,
              ": in ",
              directory,
              " others may exchange what is yours (",
              open
                  ? "mode 0" + Integer.toOctalString(stat.permissions())
                  : "uid " + Integer.toUnsignedString(stat.uid()),
              ")"),
          Text.of(
              "name a directory that others can't write to, up to the root; or a sticky one of"
                  + " root's, as /var/tmp"),
          null);
    }
  }

  private synchronized Held makeOwn() throws IOException {
    if (discarded) {
      throw new IOException("not wanted any more");
    }
    try {
      OverlayDirectory directory = OverlayDirectory.open(own, uid);
      return new Held(own, identity(own), directory);
    } catch (IOException e) {
      deleteParts();
      throw e.getCause() instanceof IOException cause ? cause : e;
    }
  }

  private static String identity(Path path) throws IOException {
    Map<String, Object> attributes =
        Files.readAttributes(path, "unix:dev,ino", LinkOption.NOFOLLOW_LINKS);
    return attributes.get("dev") + ":" + attributes.get("ino");
  }

  /**
   * Removes the directory before a command ran in it; to be called from another thread than that
   * which may be making it, and will not any more. Waits a moment for a container that was killed
   * to leave it alone.
   */
  public synchronized void discard() {
    discarded = true;
    for (int i = 0; i < DISCARD_LOOKS && !deleteParts(); i++) {
      LockSupport.parkNanos(DISCARD_PAUSE_NANOS);
    }
  }

  /** False if something is left: the next one takes it over. */
  private boolean deleteParts() {
    try {
      for (String name : new String[] {"work/work", "work", "upper"}) {
        deleteDirectory(own.resolve(name));
      }
      Files.deleteIfExists(own.resolve(LockedDirectory.FILE));
      deleteDirectory(own);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static void deleteDirectory(Path directory) throws IOException {
    FileStat stat = FileStat.of(directory);
    if (stat != null && stat.isDirectory()) {
      Files.delete(directory);
    }
  }

  private void takeOver() {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(parent)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (name.startsWith(PREFIX) && name.length() == PREFIX.length() + DIGITS) {
          Held left = take(entry);
          if (left != null) {
            all.add(left);
          }
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // One that can be searched but not listed: the next one takes over what is left.
      return;
    }
  }

  /** Null if it is none, if somebody has it, or if that can't be found out, as on a full disk. */
  private Held take(Path entry) {
    try {
      FileStat stat = FileStat.of(entry);
      if (stat == null || !stat.isDirectory() || stat.uid() != uid || isBeingMade(entry)) {
        return null;
      }
      String identity = identity(entry);
      LockedDirectory lock = LockedDirectory.tryAcquire(entry);
      return lock == null ? null : new Held(entry, identity, lock);
    } catch (IOException e) {
      return null;
    }
  }

  /** Until it has its parts, nobody may have it locked whose it is. */
  private static boolean isBeingMade(Path entry) throws IOException {
    if (FileStat.of(entry.resolve("upper")) != null) {
      return false;
    }
    FileTime changed = Files.getLastModifiedTime(entry, LinkOption.NOFOLLOW_LINKS);
    return changed.toMillis() > System.currentTimeMillis() - LONG_TO_MAKE.toMillis();
  }

  /**
   * Removes the directory, once its container has ended, and those that were taken over. Blocks
   * until all are gone, and goes on where one can't be removed.
   *
   * @throws ExplainedException that names the first one which is left
   */
  public void remove(Emptier emptier) throws IOException, InterruptedException {
    ExplainedException failure = null;
    for (Held held : all) {
      Closeable lock = held.lock();
      try (lock) {
        if (FileStat.of(held.path()) != null) {
          emptier.empty(held.path(), held.identity());
          deleteDirectory(held.path());
        }
      } catch (IOException e) {
        if (failure == null) {
          failure =
              new ExplainedException(
                  Text.of("can't remove ", OsPath.text(held.path()), ": ", IoMessages.reason(e)),
                  Text.of(
                      "remove it as root; the next run with ",
                      SpecField.EPHEMERAL_DIRECTORY.with(OsPath.text(parent)),
                      " tries, too"),
                  e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
