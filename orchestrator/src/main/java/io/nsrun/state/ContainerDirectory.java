package io.nsrun.state;

import io.nsrun.json.RecordJson;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecProblems;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The directory of a container that lives on, {@code containers/ID} in the state directory: its
 * {@link ContainerRecord}, written before its start, and what its monitor has there
 * (nsinit-c/src/lifecycle/detach.h). A lock on a file in it says that it is in use: of whoever
 * makes it, then of its nsinit, until its last process is gone.
 */
public final class ContainerDirectory implements Closeable {
  private static final String ALL = "containers";
  private static final String RECORD = "container.json";
  private static final String SPEC = "spec.json";
  private static final String LIFE = "life";
  private static final String LOG = "log";
  private static final String SOCKET = "control";

  private static final Pattern ID = Pattern.compile("[0-9a-f]{64}");
  private static final int SHORT_ID = 12;
  private static final int LARGEST = 64 << 20;

  /** After that long without a record, a directory is not being made any more. */
  private static final long LONG_TO_MAKE_MILLIS = 60_000;

  private final Path path;
  private final LockedDirectory lock;
  private volatile boolean started;

  private ContainerDirectory(Path path, LockedDirectory lock) {
    this.path = path;
    this.lock = lock;
  }

  /** Where that of a container is, or will be. */
  public static Path path(Path stateDirectory, String id) {
    return stateDirectory.resolve(ALL).resolve(id);
  }

  /**
   * Makes one, with the record in it. Blocks for the disk. It is removed when this is closed,
   * unless {@link #started} was called.
   *
   * @param uid effective user id of the caller
   * @param spec all that was asked for
   * @throws ExplainedException if another container has the name
   */
  public static ContainerDirectory make(
      Path stateDirectory, int uid, ContainerRecord record, Spec spec) throws IOException {
    Path all = PrivateDirectory.ensure(stateDirectory.resolve(ALL), uid);
    checkThatNobodyIsNamed(stateDirectory, record.name());
    Path path = PrivateDirectory.ensure(all.resolve(record.id()), uid);
    ContainerDirectory made = null;
    boolean done = false;
    try {
      made = new ContainerDirectory(path, LockedDirectory.tryAcquire(path));
      AtomicFile.write(path.resolve(SPEC), RecordJson.encode(spec));
      AtomicFile.write(path.resolve(RECORD), ContainerRecordJson.INSTANCE.encode(record));
      done = true;
      return made;
    } finally {
      if (!done && made != null) {
        made.close();
      }
    }
  }

  /**
   * Sees to it that a name is free.
   *
   * @throws ExplainedException if a container that is there has it, running or not
   */
  public static void checkThatNobodyIsNamed(Path stateDirectory, String name) throws IOException {
    for (ContainerRecord record : list(stateDirectory)) {
      if (record.name().equals(name)) {
        throw new ExplainedException(
            "the name " + name + " is that of container " + record.id().substring(0, SHORT_ID),
            "choose another one, or remove that container");
      }
    }
  }

  /**
   * All that have a record, in no order. What was left by somebody who was killed while he made one
   * is removed.
   *
   * @throws ExplainedException if a record is damaged, or of a newer version
   */
  public static List<ContainerRecord> list(Path stateDirectory) throws IOException {
    List<ContainerRecord> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(stateDirectory.resolve(ALL))) {
      for (Path entry : entries) {
        if (ID.matcher(OsPath.text(entry.getFileName())).matches()) {
          ContainerRecord record = read(entry);
          if (record != null) {
            found.add(record);
          } else {
            removeLeft(entry);
          }
        }
      }
    } catch (NoSuchFileException e) {
      // There never was one.
      return found;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return found;
  }

  /** Null if it has none. */
  private static ContainerRecord read(Path directory) throws IOException {
    Path file = directory.resolve(RECORD);
    byte[] bytes;
    try {
      if (Files.size(file) > LARGEST) {
        throw damaged(file, "it has more than 64 MiB");
      }
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return null;
    }
    SpecProblems problems = new SpecProblems();
    ContainerRecord record = ContainerRecordJson.INSTANCE.decode(bytes, "record", problems);
    if (record == null) {
      throw damaged(file, problems.list().get(0).toString());
    }
    return record;
  }

  private static ExplainedException damaged(Path file, String why) {
    return new ExplainedException(file + " is damaged: " + why, "remove its directory");
  }

  private static void removeLeft(Path directory) throws IOException {
    FileStat stat = FileStat.of(directory);
    if (stat == null
        || Files.getLastModifiedTime(directory, LinkOption.NOFOLLOW_LINKS).toMillis()
            > System.currentTimeMillis() - LONG_TO_MAKE_MILLIS) {
      return;
    }
    LockedDirectory mine = LockedDirectory.tryAcquire(directory);
    if (mine != null) {
      try (mine) {
        delete(directory);
      }
    }
  }

  /** Whether somebody makes or runs the container with this directory. */
  public static boolean isInUse(Path directory) throws IOException {
    return ByteLock.held(directory.resolve(LockedDirectory.FILE), 1)[0];
  }

  /**
   * Removes the directory of a container that has ended.
   *
   * @return false if it is in use
   */
  public static boolean remove(Path directory) throws IOException {
    LockedDirectory mine = LockedDirectory.tryAcquire(directory);
    if (mine == null) {
      return false;
    }
    try (mine) {
      delete(directory);
    }
    return true;
  }

  /** The record goes first: without it, it is no container any more, whatever happens then. */
  private static void delete(Path directory) throws IOException {
    Files.deleteIfExists(directory.resolve(RECORD));
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        Files.deleteIfExists(entry);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    Files.deleteIfExists(directory);
  }

  /**
   * All that was asked for.
   *
   * @throws ExplainedException if that is damaged, or another version of nsrun has written it
   */
  public static Spec spec(Path directory) throws IOException {
    Path file = directory.resolve(SPEC);
    byte[] bytes = Files.readAllBytes(file);
    try {
      return RecordJson.decode(bytes, Spec.class);
    } catch (IOException e) {
      throw new ExplainedException(
          file + " is damaged, or of another version of nsrun: " + e.getMessage(),
          "start the container anew",
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

  /**
   * A file of its log.
   *
   * @param age 0 for the one that is written to
   */
  public static Path log(Path directory, int age) {
    return directory.resolve(age == 0 ? LOG : LOG + "." + age);
  }

  /** The command runs: the directory is nsinit's now. */
  public void started() {
    started = true;
  }

  @Override
  public void close() throws IOException {
    try {
      if (!started) {
        delete(path);
      }
    } finally {
      if (lock != null) {
        lock.close();
      }
    }
  }
}
