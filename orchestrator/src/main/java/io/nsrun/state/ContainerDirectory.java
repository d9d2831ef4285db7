package io.nsrun.state;

import io.nsrun.json.RecordJson;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.IoMessages;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.PlainFile;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecProblems;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The directory of a container that lives on: its {@link ContainerRecord}, written before its
 * start, what its monitor has there (nsinit-c/src/lifecycle/detach.h), and the layer of what it
 * wrote. A lock on a file in it says that it is in use: of whoever makes it, then of its nsinit,
 * until its last process is gone.
 */
public final class ContainerDirectory implements Closeable {
  static final String RECORD = "container.json";
  static final String SPEC = "spec.json";
  static final String UPPER = "upper";
  static final String WORK = "work";
  private static final String LAYER = "layer";
  private static final String LIFE = "life";
  private static final String LOG = "log";
  private static final String SOCKET = "control";

  private static final int LARGEST = 64 << 20;

  private final ContainerDirectories all;
  private final Path path;
  private final LockedDirectory lock;
  private volatile boolean kept;

  ContainerDirectory(ContainerDirectories all, Path path, LockedDirectory lock) {
    this.all = all;
    this.path = path;
    this.lock = lock;
  }

  /**
   * The record of a container.
   *
   * @return null if there is none
   * @throws ExplainedException if it is damaged, or another container's
   */
  public static ContainerRecord record(Path directory) throws IOException {
    Path file = directory.resolve(RECORD);
    byte[] bytes;
    try {
      bytes = PlainFile.read(file, LARGEST);
    } catch (NoSuchFileException e) {
      return null;
    } catch (FileSystemException e) {
      throw damaged(file, IoMessages.reason(e));
    }
    SpecProblems problems = new SpecProblems();
    ContainerRecord record = ContainerRecordJson.INSTANCE.decode(bytes, "record", problems);
    if (record == null) {
      throw damaged(file, problems.list().get(0).toString());
    }
    // Paths are made of it.
    if (!record.id().equals(OsPath.text(directory.getFileName()))) {
      throw damaged(file, "it is of another container");
    }
    return record;
  }

  private static ExplainedException damaged(Path file, String why) {
    return new ExplainedException(file + " is damaged, or of another version of nsrun: " + why, "");
  }

  /** Writes the record, in place of what was there. Blocks for the disk. */
  public void write(ContainerRecord record) throws IOException {
    AtomicFile.write(path.resolve(RECORD), ContainerRecordJson.INSTANCE.encode(record));
  }

  /**
   * Writes the record if it is not as before. Blocks for the disk.
   *
   * @param before what was written last
   */
  public void write(ContainerRecord before, ContainerRecord now) throws IOException {
    // Not by equals of records: what the JDK makes that of costs the first who asks some 20 ms.
    byte[] encoded = ContainerRecordJson.INSTANCE.encode(now);
    if (!Arrays.equals(encoded, ContainerRecordJson.INSTANCE.encode(before))) {
      AtomicFile.write(path.resolve(RECORD), encoded);
    }
  }

  /** Whether there is one, or something in its place. */
  public static boolean isThere(Path directory) throws IOException {
    return FileStat.of(directory) != null;
  }

  /** Whether somebody makes or runs the container with this directory. */
  public static boolean isInUse(Path directory) throws IOException {
    return ByteLock.held(directory.resolve(LockedDirectory.FILE), 1)[0];
  }

  /**
   * All that was asked for.
   *
   * @throws ExplainedException if that is damaged, or another version of nsrun has written it
   */
  public static Spec spec(Path directory) throws IOException {
    Path file = directory.resolve(SPEC);
    byte[] bytes = PlainFile.read(file, LARGEST);
    try {
      return RecordJson.decode(bytes, Spec.class);
    } catch (IOException e) {
      throw new ExplainedException(
          file + " is damaged, or of another version of nsrun: " + e.getMessage(),
          "use that version, or make the container anew; what it wrote stays until it is removed",
          e);
    }
  }

  /** What its monitor has told; there is none before the start. */
  public static Path life(Path directory) {
    return directory.resolve(LIFE);
  }

  /** Where its monitor listens. */
  public static Path socket(Path directory) {
    return directory.resolve(SOCKET);
  }

  /** The directory of what it wrote to its root file system, if that goes to one of its own. */
  public static Path layer(Path directory) {
    return directory.resolve(LAYER);
  }

  /**
   * A file of its log.
   *
   * @param age 0 for the one that is written to
   */
  public static Path log(Path directory, int age) {
    return directory.resolve(age == 0 ? LOG : LOG + "." + age);
  }

  /** What is in it stays when this is closed. */
  public void keep() {
    kept = true;
  }

  /**
   * As {@link #close}, without the help of another process: whoever looks for containers later
   * removes what is left.
   */
  public void abandon() throws IOException {
    close(
        (directory, below) -> {
          throw new IOException("not now");
        });
  }

  @Override
  public void close() throws IOException {
    close(all.emptier());
  }

  private void close(TreeEmptier emptier) throws IOException {
    try {
      if (!kept) {
        ContainerDirectories.delete(path, emptier);
      }
    } finally {
      if (lock != null) {
        lock.close();
      }
    }
  }
}
