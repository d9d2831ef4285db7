package io.nsrun.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Keeps {@link ExitRecord}s as {@code ID/record.json} in the state directory. */
public final class ExitRecords {
  /** Of the format; readers refuse a newer one. */
  static final int VERSION = 1;

  private static final int LARGEST = 64 << 20;

  private final Path stateDirectory;

  public ExitRecords(Path stateDirectory) {
    this.stateDirectory = stateDirectory;
  }

  /** The directory of one container's record. */
  public Path directory(String id) {
    return stateDirectory.resolve(id);
  }

  /**
   * Writes a record; a reader sees all of it or nothing. Blocks for the disk.
   *
   * @throws IOException if it can't be written; nothing is left then
   */
  public void write(ExitRecord record) throws IOException {
    Path directory = directory(record.id());
    boolean fresh = !Files.isDirectory(directory);
    if (fresh) {
      Files.createDirectory(directory);
      Files.setAttribute(directory, "unix:mode", 0700);
    }
    boolean written = false;
    try {
      AtomicFile.write(directory.resolve(ExitRecord.FILE), ExitRecordWriter.encode(record));
      written = true;
    } finally {
      if (!written && fresh) {
        Files.deleteIfExists(directory);
      }
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
    byte[] bytes;
    try {
      if (Files.size(file) > LARGEST) {
        throw damaged(file, "it has more than 64 MiB", null);
      }
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return null;
    }
    try {
      return ExitRecordReader.decode(bytes);
    } catch (IOException | RuntimeException e) {
      throw damaged(file, String.valueOf(e.getMessage()).split("\n", 2)[0], e);
    }
  }

  private static ExplainedException damaged(Path file, String why, Exception cause) {
    return new ExplainedException(
        "record " + file + " is damaged: " + why, "remove its directory", cause);
  }
}
