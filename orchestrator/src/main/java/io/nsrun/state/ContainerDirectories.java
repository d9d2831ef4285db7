package io.nsrun.state;

import io.nsrun.json.RecordJson;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.IoMessages;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.Spec;
import io.nsrun.spec.Writes;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The directories of a caller's containers that live on: {@code containers/ID} in the state
 * directory, each a {@link ContainerDirectory}.
 */
public final class ContainerDirectories {
  private static final String ALL = "containers";
  private static final int ID_DIGITS = 64;
  private static final int SHORT_ID = 12;
  private static final int UPPER_MODE = 0755;
  private static final int PRIVATE_MODE = 0700;

  /** After that long without a record, a directory is not being made any more. */
  private static final long LONG_TO_MAKE_MILLIS = 60_000;

  private final Path stateDirectory;
  private final int uid;
  private final TreeEmptier emptier;
  private final ContainerNames names;

  /**
   * @param stateDirectory see {@link StatePaths#stateDirectory}
   * @param uid effective user id of the caller
   * @param emptier asked where what a container wrote is to be removed
   */
  public ContainerDirectories(Path stateDirectory, int uid, TreeEmptier emptier) {
    this.stateDirectory = stateDirectory;
    this.uid = uid;
    this.emptier = emptier;
    this.names = new ContainerNames(stateDirectory);
  }

  TreeEmptier emptier() {
    return emptier;
  }

  /** Where that of a container is, or will be. */
  public Path path(String id) {
    return path(stateDirectory, id);
  }

  /** As the other one, in a state directory that need not be there. */
  public static Path path(Path stateDirectory, String id) {
    return stateDirectory.resolve(ALL).resolve(id);
  }

  /**
   * Makes one, with the record in it. Blocks for the disk. It is removed when what comes back is
   * closed, unless {@link ContainerDirectory#keep} was called.
   *
   * @param spec all that was asked for
   * @throws ExplainedException if another container has the name
   */
  public ContainerDirectory make(ContainerRecord record, Spec spec) throws IOException {
    Path all = PrivateDirectory.ensure(stateDirectory.resolve(ALL), uid);
    if (spec.hasGivenName()) {
      checkThatNobodyIsNamed(record.name());
    }
    Path path = PrivateDirectory.ensure(all.resolve(record.id()), uid);
    ContainerDirectory made = null;
    boolean done = false;
    try {
      made = new ContainerDirectory(this, path, LockedDirectory.tryAcquire(path));
      if (spec.root().writes() instanceof Writes.Lasting) {
        makeLayer(ContainerDirectory.layer(path));
      }
      AtomicFile.write(path.resolve(ContainerDirectory.SPEC), RecordJson.encode(spec));
      note(record);
      made.write(record);
      done = true;
      return made;
    } finally {
      if (!done) {
        if (made == null) {
          Files.deleteIfExists(path); // nobody else knows of it
        } else {
          made.close();
        }
      }
    }
  }

  /**
   * Takes that of a container that is there, until what comes back is closed. It stays.
   *
   * @return null if it is in use
   * @throws NoSuchFileException if there is none
   */
  public ContainerDirectory take(String id) throws IOException {
    Path path = path(id);
    LockedDirectory lock = isDirectory(path) ? LockedDirectory.tryAcquire(path) : null;
    if (lock == null && FileStat.of(path) == null) {
      throw new NoSuchFileException(OsPath.text(path));
    }
    if (lock == null) {
      return null;
    }
    ContainerDirectory taken = new ContainerDirectory(this, path, lock);
    taken.keep();
    return taken;
  }

  /** As nsinit's step {@code overlay} wants it: the root of the container has the mode of upper. */
  private static void makeLayer(Path layer) throws IOException {
    makeDirectory(layer, PRIVATE_MODE);
    makeDirectory(layer.resolve(ContainerDirectory.UPPER), UPPER_MODE);
    makeDirectory(layer.resolve(ContainerDirectory.WORK), PRIVATE_MODE);
  }

  private static void makeDirectory(Path directory, int mode) throws IOException {
    Files.createDirectory(directory);
    Files.setAttribute(directory, "unix:mode", mode, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Sees to it that a name is free.
   *
   * @throws ExplainedException if a container that is there has it, running or not
   */
  public void checkThatNobodyIsNamed(String name) throws IOException {
    ContainerRecord record = named(names(), name);
    if (record != null) {
      throw new ExplainedException(
          "the name " + name + " is that of container " + record.id().substring(0, SHORT_ID),
          "choose another one, or remove that container");
    }
  }

  /**
   * Finds one without a look at all others. What is damaged is not found.
   *
   * @param text its name, its id, or what only its id begins with
   * @return null if it is not found so: see {@link #list} for why
   */
  public ContainerRecord find(String text) throws IOException {
    Map<String, String> all = names();
    ContainerRecord named = named(all, text);
    if (named != null) {
      return named;
    }
    String begun = null;
    for (String id : all.keySet()) {
      if (!text.isEmpty() && id.startsWith(text)) {
        if (begun != null) {
          return null;
        }
        begun = id;
      }
    }
    return begun == null ? null : soundRecord(begun);
  }

  /** What a container is called by what is noted; null if that is not known. */
  public String notedName(String id) {
    return names.read().get(id);
  }

  private ContainerRecord named(Map<String, String> all, String name) throws IOException {
    for (Map.Entry<String, String> entry : all.entrySet()) {
      if (name.equals(entry.getValue())) {
        ContainerRecord record = soundRecord(entry.getKey());
        if (record != null && record.name().equals(name)) {
          return record;
        }
      }
    }
    return null;
  }

  /** Null also if it is damaged: that is in nobody's way. */
  private ContainerRecord soundRecord(String id) {
    try {
      return record(id);
    } catch (IOException e) {
      return null;
    }
  }

  /** What those are called that have a directory, by their ids; null for what has no record. */
  private Map<String, String> names() throws IOException {
    Map<String, String> noted = names.read();
    Map<String, String> all = new HashMap<>();
    for (Path entry : entries()) {
      String id = OsPath.text(entry.getFileName());
      String name = noted.get(id);
      if (name == null) {
        ContainerRecord record = soundRecord(id);
        name = record == null ? null : record.name();
      }
      all.put(id, name);
    }
    return all;
  }

  private void note(ContainerRecord record) throws IOException {
    if (names.add(record.id(), record.name())) {
      Map<String, String> all = names();
      all.values().removeIf(Objects::isNull);
      names.replace(all);
    }
  }

  private List<Path> directories() throws IOException {
    List<Path> directories = new ArrayList<>();
    for (Path entry : entries()) {
      if (isDirectory(entry)) {
        directories.add(entry);
      }
    }
    return directories;
  }

  /** Those that have an id for a name. */
  private List<Path> entries() throws IOException {
    List<Path> found = new ArrayList<>();
    Path all = stateDirectory.resolve(ALL);
    if (!isDirectory(all)) {
      return found; // there never was one
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(all)) {
      for (Path entry : entries) {
        if (isId(OsPath.text(entry.getFileName()))) {
          found.add(entry);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return found;
  }

  private static boolean isId(String name) {
    if (name.length() != ID_DIGITS) {
      return false;
    }
    for (int i = 0; i < ID_DIGITS; i++) {
      if ("0123456789abcdef".indexOf(name.charAt(i)) < 0) {
        return false;
      }
    }
    return true;
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
   * All that have a record. What was left by somebody who was killed while he made or removed one
   * is removed. A damaged one is in nobody's way.
   */
  public Found list() throws IOException {
    List<ContainerRecord> records = new ArrayList<>();
    Map<String, IOException> damaged = new HashMap<>();
    for (Path directory : directories()) {
      try {
        ContainerRecord record = ContainerDirectory.record(directory);
        if (record == null) {
          removeLeft(directory);
        } else {
          records.add(record);
        }
      } catch (IOException e) {
        damaged.put(OsPath.text(directory.getFileName()), e);
      }
    }
    return new Found(records, damaged);
  }

  /**
   * The record of the container with that id.
   *
   * @return null if there is none
   * @throws ExplainedException if it is damaged
   */
  public ContainerRecord record(String id) throws IOException {
    Path directory = path(id);
    return isDirectory(directory) ? ContainerDirectory.record(directory) : null;
  }

  /** And no link to one: what a link leads to is not ours to read, let alone to remove. */
  private static boolean isDirectory(Path path) throws IOException {
    FileStat stat = FileStat.of(path);
    return stat != null && stat.isDirectory();
  }

  private void removeLeft(Path directory) throws IOException {
    FileStat stat = FileStat.of(directory);
    if (stat == null
        || Files.getLastModifiedTime(directory, LinkOption.NOFOLLOW_LINKS).toMillis()
            > System.currentTimeMillis() - LONG_TO_MAKE_MILLIS) {
      return;
    }
    LockedDirectory mine = LockedDirectory.tryAcquire(directory);
    if (mine != null) {
      try (mine) {
        delete(directory, emptier);
      }
    }
  }

  /**
   * Removes the directory of a container that has ended, with all that the container wrote.
   *
   * @return false if it is in use
   * @throws ExplainedException if something is left, which is no container any more
   */
  public boolean remove(String id) throws IOException {
    Path directory = path(id);
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
      delete(directory, emptier);
    }
    return true;
  }

  /**
   * The record goes first: without it, it is no container any more, whatever happens then. By
   * descriptors: what a link leads to that somebody puts in its place stays as it is.
   */
  static void delete(Path directory, TreeEmptier emptier) throws IOException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(directory.getParent())) {
      SecureDirectoryStream<Path> parent = (SecureDirectoryStream<Path>) all;
      Path name = directory.getFileName();
      try (SecureDirectoryStream<Path> entries =
          parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
        deleteFile(entries, Path.of(ContainerDirectory.RECORD));
        for (Path entry : entries) {
          Path file = entry.getFileName();
          if (isDirectoryIn(entries, file)) {
            deleteTree(entries, directory, file, emptier);
          } else {
            deleteFile(entries, file);
          }
        }
      }
      parent.deleteDirectory(name);
    } catch (NoSuchFileException e) {
      return; // somebody else has removed it
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private static boolean isDirectoryIn(SecureDirectoryStream<Path> directory, Path name)
      throws IOException {
    return directory
        .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .readAttributes()
        .isDirectory();
  }

  private static void deleteFile(SecureDirectoryStream<Path> directory, Path name)
      throws IOException {
    try {
      directory.deleteFile(name);
    } catch (NoSuchFileException e) {
      return; // as it is to be
    }
  }

  /** What the container wrote belongs to its ids, and is as deep as it likes. */
  private static void deleteTree(
      SecureDirectoryStream<Path> entries, Path directory, Path tree, TreeEmptier emptier)
      throws IOException {
    if (!deleteUnused(entries, tree)) {
      Path root = directory.getParent().getParent();
      try {
        emptier.empty(root, root.relativize(directory).resolve(tree));
      } catch (IOException e) {
        throw new ExplainedException(
            "can't remove " + OsPath.text(directory.resolve(tree)) + ": " + IoMessages.reason(e),
            "remove it as root",
            e);
      }
      entries.deleteDirectory(tree);
    }
  }

  /** False unless it is a layer that nothing was written to. */
  private static boolean deleteUnused(SecureDirectoryStream<Path> entries, Path layer)
      throws IOException {
    Path work = Path.of(ContainerDirectory.WORK);
    try (SecureDirectoryStream<Path> parts =
        entries.newDirectoryStream(layer, LinkOption.NOFOLLOW_LINKS)) {
      deleteDirectory(parts, Path.of(ContainerDirectory.UPPER));
      try (SecureDirectoryStream<Path> ofOverlay =
          parts.newDirectoryStream(work, LinkOption.NOFOLLOW_LINKS)) {
        deleteDirectory(ofOverlay, work);
      }
      deleteDirectory(parts, work);
    } catch (FileSystemException e) {
      return false;
    }
    try {
      entries.deleteDirectory(layer);
      return true;
    } catch (FileSystemException e) {
      return false;
    }
  }

  private static void deleteDirectory(SecureDirectoryStream<Path> parent, Path name)
      throws IOException {
    try {
      parent.deleteDirectory(name);
    } catch (NoSuchFileException e) {
      return; // as it is to be
    }
  }
}
