package io.nsrun.state;

import io.nsrun.spec.OsPath;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * An exclusive lock on one byte of a file, which need not be there: each byte stands for one thing
 * that only one container may have.
 *
 * <p>The kernel drops it when the process ends, however it ends. The file is empty and stays, so
 * nobody can hold a lock on one that has no name any more, and none is left behind for each thing.
 *
 * <p>Such locks (fcntl(2), F_SETLK) belong to the process, and all of them are dropped as soon as
 * any descriptor of the file is closed. So a JVM has each file open once, for as long as it holds a
 * lock in it, and nothing else may open it.
 */
final class ByteLock implements AutoCloseable {
  private static final Map<Path, Shared> OPEN = new HashMap<>();

  private static final Set<OpenOption> READ_AND_WRITE =
      Set.of(
          StandardOpenOption.READ,
          StandardOpenOption.WRITE,
          StandardOpenOption.CREATE,
          LinkOption.NOFOLLOW_LINKS);

  /** Enough to look, and all that a file system has that is read-only. */
  private static final Set<OpenOption> READ =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

  private final Shared file;
  private final FileLock lock;

  private ByteLock(Shared file, FileLock lock) {
    this.file = file;
    this.lock = lock;
  }

  /**
   * Locks one byte; waits for nobody.
   *
   * @param file in a directory that is there and private; made if missing
   * @param position 0 to 2^63-2
   * @return null if another container has it, be it of this JVM
   * @throws IOException if the file can't be made or its file system has no locks
   */
  static ByteLock tryAcquire(Path file, long position) throws IOException {
    synchronized (OPEN) {
      Shared shared = open(file, READ_AND_WRITE);
      FileLock lock = null;
      try {
        lock = tryLock(shared.channel, position, false);
      } finally {
        if (lock == null) {
          shared.release();
        }
      }
      return lock == null ? null : new ByteLock(shared, lock);
    }
  }

  /**
   * As {@link #tryAcquire(Path, long)}, for what has a second byte: nsinit locks that, and keeps it
   * until the container's last process is gone, whatever became of this process. Who has the first
   * byte may look at the second, and has the thing if nobody holds that.
   *
   * @param second position of the other byte
   */
  static ByteLock tryAcquire(Path file, long position, long second) throws IOException {
    ByteLock own = tryAcquire(file, position);
    if (own == null) {
      return null;
    }
    boolean free = false;
    try {
      ByteLock other = tryAcquire(file, second);
      if (other != null) {
        free = true;
        other.close();
      }
    } finally {
      if (!free) {
        own.close();
      }
    }
    return free ? own : null;
  }

  /**
   * For which of the first {@code count} bytes somebody has locked it, or its second, which is
   * {@code count} bytes further on; none if the file is missing. Makes nothing, but who tries to
   * lock a byte in the very instant it is looked at finds it taken; not so a second, if its first
   * is locked before.
   */
  static boolean[] held(Path file, int count) throws IOException {
    boolean[] held = new boolean[count];
    synchronized (OPEN) {
      FileStat stat = FileStat.of(file);
      if (stat == null) {
        return held;
      }
      if (!stat.isRegularFile()) {
        throw new FileSystemException(OsPath.text(file), null, "is no regular file");
      }
      Shared shared = open(file, READ);
      try {
        for (int i = 0; i < count; i++) {
          held[i] = isHeld(shared.channel, i, count);
        }
      } finally {
        shared.release();
      }
    }
    return held;
  }

  private static boolean isHeld(FileChannel channel, int first, int count) throws IOException {
    try (FileLock lock = tryLock(channel, first, true)) {
      if (lock == null) {
        return true;
      }
      try (FileLock second = tryLock(channel, (long) count + first, true)) {
        return second == null;
      }
    }
  }

  private static FileLock tryLock(FileChannel channel, long position, boolean shared)
      throws IOException {
    try {
      return channel.tryLock(position, 1, shared);
    } catch (OverlappingFileLockException e) {
      return null; // another container of this very JVM
    }
  }

  private static Shared open(Path file, Set<OpenOption> options) throws IOException {
    Path key = key(file);
    Shared shared = OPEN.get(key);
    if (shared == null) {
      shared =
          new Shared(
              key,
              FileChannel.open(
                  key,
                  options,
                  PosixFilePermissions.asFileAttribute(
                      EnumSet.of(
                          PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE))));
      OPEN.put(key, shared);
    }
    shared.users++;
    return shared;
  }

  /** One name for each file, whichever links lead to its directory. */
  private static Path key(Path file) throws IOException {
    return file.toAbsolutePath().getParent().toRealPath().resolve(file.getFileName());
  }

  /** Gives the byte up. Does nothing the second time. */
  @Override
  public void close() throws IOException {
    synchronized (OPEN) {
      if (lock.isValid()) {
        try {
          lock.release();
        } finally {
          file.release();
        }
      }
    }
  }

  /** The one channel of a file; guarded by {@link #OPEN}. */
  private static final class Shared {
    private final Path key;
    private final FileChannel channel;
    private int users;

    Shared(Path key, FileChannel channel) {
      this.key = key;
      this.channel = channel;
    }

    void release() throws IOException {
      users--;
      if (users == 0) {
        OPEN.remove(key);
        channel.close();
      }
    }
  }
}
