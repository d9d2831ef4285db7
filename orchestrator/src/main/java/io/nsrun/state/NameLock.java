package io.nsrun.state;

import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.Text;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A container's name, which no other container of the same user may have while this one is alive.
 *
 * <p>A container has the name by a {@link ByteLock}, and by another that its nsinit holds: they
 * leave nothing behind whoever is killed.
 */
public final class NameLock implements Closeable {
  private static final String LOCKS = "names.lock";

  /** Of the hash FNV-1a with 64 bits. */
  private static final long FNV_BASIS = 0xcbf29ce484222325L;

  private static final long FNV_PRIME = 0x100000001b3L;

  /** Where the second bytes of the names begin. */
  private static final long HEIRS = 1L << 62;

  private final ByteLock lock;

  private NameLock(ByteLock lock) {
    this.lock = lock;
  }

  /**
   * Takes a name.
   *
   * @param stateDirectory see {@link StatePaths#stateDirectory}
   * @param name as {@code Spec} allows it: no slash
   * @throws ExplainedException if another container has it
   */
  public static NameLock acquire(Path stateDirectory, String name) throws IOException {
    ByteLock lock = ByteLock.tryAcquire(file(stateDirectory), position(name), heirsOffset(name));
    if (lock == null) {
      throw new ExplainedException(
          "the name " + name + " is in use by a running container",
          Text.of("choose another ", SpecField.NAME));
    }
    return new NameLock(lock);
  }

  /** The file whose bytes stand for the names. */
  public static Path file(Path stateDirectory) {
    return stateDirectory.resolve(LOCKS);
  }

  /**
   * The byte of {@link #file} that nsinit locks for a name, for as long as a process of the
   * container is alive.
   */
  public static long heirsOffset(String name) {
    return HEIRS + position(name);
  }

  /**
   * The byte that stands for a name. Two names of one byte could not be had at once; among 2^62
   * bytes that does not happen.
   */
  static long position(String name) {
    long hash = FNV_BASIS;
    for (int i = 0; i < name.length(); i++) {
      hash = (hash ^ name.charAt(i)) * FNV_PRIME;
    }
    return hash >>> 2;
  }

  /** Gives the name up. */
  @Override
  public void close() throws IOException {
    lock.close();
  }
}
