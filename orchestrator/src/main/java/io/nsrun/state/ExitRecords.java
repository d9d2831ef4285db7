package io.nsrun.state;

import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.SpecProblems;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Keeps {@link ExitRecord}s as {@code ID/record.json} in the state directory. */
public final class ExitRecords implements Closeable {
  private static final String REMEDY = "remove its directory";

  private static final int LARGEST = 64 << 20;

  private final Path stateDirectory;

  /** Null for those that are only read. */
  private final HeldDirectory held;

  /** Those that are there, to be read. */
  public ExitRecords(Path stateDirectory) {
    this(stateDirectory, null);
  }

  private ExitRecords(Path stateDirectory, HeldDirectory held) {
    this.stateDirectory = stateDirectory;
    this.held = held;
  }

  /**
   * Opens the directory for a record that will be written, with room for it: whatever a container
   * puts in its place meanwhile, which may have it as a volume, nothing is written there.
   *
   * @throws IOException if none can be written
   */
  public static ExitRecords hold(Path stateDirectory) throws IOException {
    HeldDirectory held = HeldDirectory.open(stateDirectory);
    boolean done = false;
    try {
      held.reserve();
      done = true;
      return new ExitRecords(stateDirectory, held);
    } finally {
      if (!done) {
        held.close();
      }
    }
  }

  /** Where they are. */
  public Path directory() {
    return stateDirectory;
  }

  /** A directory in the one that is held, made if it is not there. */
  private HeldDirectory entered(String name) throws IOException {
    if (!held.isWhereItWas()) {
      throw new IOException("something else was put in its place");
    }
    Path entry = Path.of(name);
    if (held.attributes(entry) == null) {
      // Java has no mkdirat(2): if it got elsewhere all the same, it is not found here.
      Files.createDirectory(directory(name));
      Files.setAttribute(directory(name), "unix:mode", 0700, LinkOption.NOFOLLOW_LINKS);
    }
    return held.enter(entry);
  }

  /** The directory of one container's record. */
  public Path directory(String id) {
    return stateDirectory.resolve(id);
  }

  /**
   * Writes a record; a reader sees all of it or nothing. Blocks for the disk.
   *
   * @return its file
   * @throws IOException if it can't be written; nothing is left then
   */
  public Path write(ExitRecord record) throws IOException {
    boolean fresh = held.attributes(Path.of(record.id())) == null;
    boolean written = false;
    try (HeldDirectory directory = entered(record.id())) {
      directory.replace(
          Path.of(ExitRecord.FILE),
          ExitRecordJson.INSTANCE.encode(record),
          AtomicFile.forItsOwner());
      written = true;
      return directory(record.id()).resolve(ExitRecord.FILE);
    } finally {
      if (!written && fresh) {
        Files.deleteIfExists(directory(record.id()));
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (held != null) {
      held.close();
    }
  }

  /**
   * Reads a record.
   *
   * @return null if there is none
   * @throws ExplainedException if it is damaged, or of a newer version
   */
  public ExitRecord read(String id) throws IOException {
    Path file = directory(id).resolve(ExitRecord.FILE);
    String damaged = "record " + file + " is damaged";
    byte[] bytes;
    try {
      if (Files.size(file) > LARGEST) {
        throw new ExplainedException(damaged + ": it has more than 64 MiB", REMEDY);
      }
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return null;
    }
    SpecProblems problems = new SpecProblems();
    ExitRecord record = ExitRecordJson.INSTANCE.decode(bytes, damaged, problems);
    if (record == null) {
      throw new ExplainedException(problems.list().get(0).toString(), REMEDY);
    }
    return record;
  }
}
