package io.nsrun.launch;

import io.nsrun.state.ExplainedException;
import io.nsrun.state.FileStat;
import io.nsrun.state.IoMessages;
import io.nsrun.state.LockedDirectory;
import io.nsrun.state.StatePaths;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/**
 * An {@link OverlayDirectory} for one container, to be removed in the end, in a directory that
 * others may use too. What a container left there that was killed, the next one takes over to
 * remove it with its own.
 */
public final class EphemeralDirectory {
  private static final String PREFIX = "nsrun-ephemeral-";
  private static final int DIGITS = 12;
  private static final int OTHERS_WRITE = 022;
  private static final int STICKY = 01000;

  /** Of this JVM; the file is between JVMs. */
  private static final Object LOCK = new Object();

  /** Removes {@code upper} and {@code work} of a directory, whoever owns what is in them. */
  public interface Emptier {
    /** Blocks until they are gone. */
    void empty(Path directory) throws IOException, InterruptedException;
  }

  /** A directory of ours, and the lock that says so. */
  private record Held(Path path, Closeable lock) {}

  private final Path parent;
  private final int uid;
  private final List<Held> all = new ArrayList<>();

  private EphemeralDirectory(Path parent, int uid) {
    this.parent = parent;
    this.uid = uid;
  }

  /**
   * What the directory of a container is called.
   *
   * @param parent absolute path of the directory that it is made in
   * @param id of the container, at least 12 hexadecimal digits
   */
  public static String path(String parent, String id) {
    return (parent.endsWith("/") ? parent : parent + "/") + PREFIX + id.substring(0, DIGITS);
  }

  /**
   * Makes the directory, and takes over those that nobody uses any more.
   *
   * @param directory as {@link #path} names it; its parent is there
   * @param paths of the caller, who owns the directory
   * @throws ExplainedException if it can't be made, or if somebody else could exchange it
   */
  public static EphemeralDirectory open(Path directory, StatePaths paths) throws IOException {
    Path lockFile = paths.stateDirectory().resolve("ephemeral.lock");
    try {
      EphemeralDirectory made =
          new EphemeralDirectory(directory.getParent().toRealPath(), paths.uid());
      made.checkParent();
      synchronized (LOCK) {
        // Until it is locked itself, a directory looks like one that was left.
        try (FileChannel file =
                FileChannel.open(
                    lockFile, EnumSet.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE));
            FileLock lock = file.lock()) {
          Path own = made.parent.resolve(directory.getFileName());
          if (lock.isValid()) {
            made.make(own);
            made.takeOver();
          }
        }
      }
      return made;
    } catch (ExplainedException e) {
      throw e;
    } catch (IOException e) {
      throw new ExplainedException(
          "ephemeral directory " + directory + ": " + IoMessages.reason(e),
          "name a directory in which you can make one, such as /var/tmp",
          e);
    }
  }

  private void checkParent() throws IOException {
    FileStat stat = FileStat.of(parent);
    if (stat == null) {
      throw new NoSuchFileException(parent.toString());
    }
    boolean open = (stat.permissions() & OTHERS_WRITE) != 0 && (stat.permissions() & STICKY) == 0;
    if (open || (stat.uid() != uid && stat.uid() != 0)) {
      throw new ExplainedException(
          "in "
              + parent
              + " others may exchange a directory of yours ("
              + (open
                  ? "mode 0" + Integer.toOctalString(stat.permissions())
                  : "uid " + Integer.toUnsignedString(stat.uid()))
              + ")",
          "name a directory of your own, or one like /var/tmp, which is sticky and root's");
    }
  }

  private void make(Path own) throws IOException {
    boolean made = false;
    try {
      all.add(new Held(own, OverlayDirectory.open(own, uid)));
      made = true;
    } finally {
      if (!made) {
        discard(own);
      }
    }
  }

  /** Nothing ran in it yet. */
  private static void discard(Path own) {
    for (String name : new String[] {"work", "upper", LockedDirectory.FILE, ""}) {
      try {
        Files.deleteIfExists(own.resolve(name));
      } catch (IOException e) {
        // Why it could not be made is worth telling, and the next one takes it over.
        return;
      }
    }
  }

  private void takeOver() {
    String[] names = parent.toFile().list();
    for (String name : names == null ? new String[0] : names) {
      Path entry = parent.resolve(name);
      LockedDirectory lock = take(entry);
      if (lock != null) {
        all.add(new Held(entry, lock));
      }
    }
  }

  /** Null if it is none, if somebody has it, or if that can't be found out, as on a full disk. */
  private LockedDirectory take(Path entry) {
    try {
      return isOurs(entry) ? LockedDirectory.tryAcquire(entry) : null;
    } catch (IOException e) {
      return null;
    }
  }

  private boolean isOurs(Path entry) throws IOException {
    String name = entry.getFileName().toString();
    if (!name.startsWith(PREFIX) || name.length() != PREFIX.length() + DIGITS) {
      return false;
    }
    FileStat stat = FileStat.of(entry);
    return stat != null && stat.isDirectory() && stat.uid() == uid;
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
        emptier.empty(held.path());
        Files.deleteIfExists(held.path().resolve(LockedDirectory.FILE));
        Files.delete(held.path());
      } catch (IOException e) {
        if (failure == null) {
          failure =
              new ExplainedException(
                  "can't remove " + held.path() + ": " + IoMessages.reason(e),
                  "the next run with --ephemeral-dir=" + parent + " tries again; root can: rm -rf",
                  e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
