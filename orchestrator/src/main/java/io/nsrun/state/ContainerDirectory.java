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
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    for (ContainerRecord record : list(stateDirectory).records()) {
      if (record.name().equals(name)) {
        throw new ExplainedException(
            "the name " + name + " is that of container " + record.id().substring(0, SHORT_ID),
            "choose another one, or remove that container");
      }
    }
  }

  /**
   * What there is.
   *
   * @param records those of containers, in no order
   * @param damaged by the ids that their directories have, why the others' can't be had
   */
  public record Found(List<ContainerRecord> records, Map<String, IOException> damaged) {
    public Found {
      records = List.copyOf(records);
      damaged = Map.copyOf(damaged);
    }
  }

  /**
   * All that have a record. What was left by somebody who was killed while he made one is removed.
   * A damaged one is in nobody's way.
   */
  public static Found list(Path stateDirectory) throws IOException {
    List<ContainerRecord> records = new ArrayList<>();
    Map<String, IOException> damaged = new HashMap<>();
    Path all = stateDirectory.resolve(ALL);
    if (!isDirectory(all)) {
      // There never was one.
      return new Found(records, damaged);
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(all)) {
      for (Path entry : entries) {
        String id = OsPath.text(entry.getFileName());
        if (ID.matcher(id).matches() && isDirectory(entry)) {
          try {
            ContainerRecord record = read(entry, id);
            if (record == null) {
              removeLeft(entry);
            } else {
              records.add(record);
            }
          } catch (IOException e) {
            damaged.put(id, e);
          }
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return new Found(records, damaged);
  }

  /** And no link to one: what a link leads to is not ours to read, let alone to remove. */
  private static boolean isDirectory(Path path) throws IOException {
    FileStat stat = FileStat.of(path);
    return stat != null && stat.isDirectory();
  }

  /** Null if it has none. */
  private static ContainerRecord read(Path directory, String id) throws IOException {
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
    if (!record.id().equals(id)) {
      throw damaged(file, "it is of another container");
    }
    return record;
  }

  private static ExplainedException damaged(Path file, String why) {
    return new ExplainedException(file + " is damaged: " + why, "");
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
    LockedDirectory mine;
    try {
      mine = isDirectory(directory) ? LockedDirectory.tryAcquire(directory) : null;
    } catch (NoSuchFileException e) {
      return true; // somebody else has removed it
    }
    if (mine == null) {
      return FileStat.of(directory) == null;
    }
    try (mine) {
      delete(directory);
    }
    return true;
  }

  /**
   * The record goes first: without it, it is no container any more, whatever happens then. By
   * descriptors: what a link leads to that somebody puts in its place stays as it is.
   */
  private static void delete(Path directory) throws IOException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(directory.getParent())) {
      SecureDirectoryStream<Path> parent = (SecureDirectoryStream<Path>) all;
      Path name = directory.getFileName();
      try (SecureDirectoryStream<Path> entries =
          parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
        deleteFile(entries, Path.of(RECORD));
        for (Path entry : entries) {
          deleteFile(entries, entry.getFileName());
        }
      }
      parent.deleteDirectory(name);
    } catch (NoSuchFileException e) {
      return; // somebody else has removed it
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private static void deleteFile(SecureDirectoryStream<Path> directory, Path name)
      throws IOException {
    try {
      directory.deleteFile(name);
    } catch (NoSuchFileException e) {
      return; // as it is to be
    }
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
