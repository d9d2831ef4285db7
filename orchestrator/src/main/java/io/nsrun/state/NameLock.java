package io.nsrun.state;

import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.Text;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A container's name, which no other container of the same user may have while this one is alive or
 * its record is kept.
 *
 * <p>A live container has the name by a {@link ByteLock}, and by another that its nsinit holds:
 * they leave nothing behind whoever is killed; a kept record has it by a file that is called so,
 * and holds the id.
 */
public final class NameLock implements Closeable {
  private static final int ID_LENGTH = 64;
  private static final String LOCKS = "names.lock";

  /** In the state directory: a file for each name that a record has. */
  static final String DIRECTORY = "names";

  /** Of the hash FNV-1a with 64 bits. */
  private static final long FNV_BASIS = 0xcbf29ce484222325L;

  private static final long FNV_PRIME = 0x100000001b3L;

  /** Where the second bytes of the names begin. */
  private static final long HEIRS = 1L << 62;

  private final Path file;
  private final String id;
  private final ByteLock lock;

  private NameLock(Path file, String id, ByteLock lock) {
    this.file = file;
    this.id = id;
    this.lock = lock;
  }

  /**
   * Takes a name.
   *
   * @param stateDirectory see {@link StatePaths#stateDirectory}
   * @param name as {@code Spec} allows it: no slash
   * @param id of the container that is to have it
   * @throws ExplainedException if another container has it; the message says which directory holds
   *     its record, if it is only that
   */
  public static NameLock acquire(Path stateDirectory, String name, String id) throws IOException {
    ByteLock lock = ByteLock.tryAcquire(file(stateDirectory), position(name), heirsOffset(name));
    if (lock == null) {
      throw new ExplainedException(
          "the name " + name + " is in use by a running container",
          Text.of("choose another ", SpecField.NAME));
    }
    boolean taken = false;
    try {
      Path file = stateDirectory.resolve(DIRECTORY).resolve(name);
      refuseIfRecorded(stateDirectory, file, name);
      taken = true;
      return new NameLock(file, id, lock);
    } finally {
      if (!taken) {
        lock.close();
      }
    }
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

  /** Passes over, and removes, a file whose record is gone. */
  private static void refuseIfRecorded(Path stateDirectory, Path file, String name)
      throws IOException {
    String owner;
    try {
      owner = Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      return;
    }
    if (isId(owner)) {
      Path record = stateDirectory.resolve(owner);
      if (Files.exists(record.resolve(ExitRecord.FILE), LinkOption.NOFOLLOW_LINKS)) {
        throw new ExplainedException(
            "the name " + name + " belongs to a container that ended, whose record was kept",
            Text.of("choose another ", SpecField.NAME, ", or remove ", record));
      }
    }
    Files.delete(file);
  }

  private static boolean isId(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
        return false;
      }
    }
    return text.length() == ID_LENGTH;
  }

  /**
   * Leaves the name to the record of the container: to be called before the record is written, so
   * that there is never one without its name. Blocks for the disk.
   */
  void keep(HeldDirectory names) throws IOException {
    names.replace(
        file.getFileName(), id.getBytes(StandardCharsets.US_ASCII), AtomicFile.forItsOwner());
  }

  /** Gives the name up, unless a record has it now. */
  @Override
  public void close() throws IOException {
    lock.close();
  }
}
