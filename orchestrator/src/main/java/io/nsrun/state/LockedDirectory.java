package io.nsrun.state;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/** A directory that only one container uses at a time, by a lock on a file in it, which stays. */
public final class LockedDirectory implements Closeable {
  /** Name of the file. */
  public static final String FILE = "lock";

  /** The byte of the file that nsinit locks, for as long as a process of the container is alive. */
  public static final long HEIRS_OFFSET = 1;

  private final ByteLock lock;

  private LockedDirectory(ByteLock lock) {
    this.lock = lock;
  }

  /**
   * Takes the directory until this is closed, or this process ends; waits for nobody.
   *
   * @return null if another container has it, be it of this JVM
   * @throws IOException if the file can't be made or its file system has no locks
   */
  public static LockedDirectory tryAcquire(Path directory) throws IOException {
    ByteLock lock = ByteLock.tryAcquire(directory.resolve(FILE), 0, HEIRS_OFFSET);
    return lock == null ? null : new LockedDirectory(lock);
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
