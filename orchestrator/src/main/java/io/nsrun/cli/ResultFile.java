package io.nsrun.cli;

import io.nsrun.spec.OsPath;
import io.nsrun.state.AtomicFile;
import io.nsrun.state.ExitRecord;
import io.nsrun.state.ExitRecordWriter;
import io.nsrun.state.ExplainedException;
import io.nsrun.state.IoMessages;
import java.io.IOException;
import java.nio.file.AccessMode;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** The file of {@code --result}. */
final class ResultFile {
  private final String name;
  private final Path file;
  private final boolean replaced;

  private ResultFile(String name, Path file, boolean replaced) {
    this.name = name;
    this.file = file;
    this.replaced = replaced;
  }

  /**
   * Looks whether the file can be written, before anything is run whose result would be lost.
   *
   * @param name as given
   * @throws ExplainedException if it is clear that it can't
   */
  static ResultFile of(String name) throws ExplainedException {
    Path file;
    try {
      file = OsPath.of(name).toAbsolutePath();
    } catch (InvalidPathException e) {
      throw new ExplainedException("--result: \"" + name + "\" is no file name", "", e);
    }
    Path directory = file.getParent();
    if (name.isEmpty() || directory == null || Files.isDirectory(file)) {
      throw new ExplainedException(
          "--result: \"" + name + "\" is a directory", "name a file in it");
    }
    if (!Files.isDirectory(directory)) {
      throw new ExplainedException("--result: no directory " + directory, "make it first");
    }
    // Settled now: what a container may put there meanwhile is not the caller's wish.
    boolean replaced = isReplaceable(file);
    if (replaced) {
      check(
          name,
          directory,
          "directory " + directory + ": ",
          "a new file is made there and takes the name; ",
          AccessMode.WRITE,
          AccessMode.EXECUTE);
    } else {
      check(name, file, "", "", AccessMode.WRITE);
    }
    return new ResultFile(name, file, replaced);
  }

  private static void check(
      String name, Path written, String object, String why, AccessMode... modes)
      throws ExplainedException {
    try {
      written.getFileSystem().provider().checkAccess(written, modes);
    } catch (IOException e) {
      throw new ExplainedException(
          "--result: " + name + " can't be written: " + object + IoMessages.reason(e),
          why + "name a file in a directory of yours",
          e);
    }
  }

  /** Whether it is a plain file or none yet: not a link, a device or a pipe. */
  private static boolean isReplaceable(Path file) {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        || !Files.exists(file, LinkOption.NOFOLLOW_LINKS);
  }

  /** Writes the record: all of it or nothing, where the file is a plain one. */
  void write(ExitRecord record) throws ExplainedException {
    try {
      byte[] bytes = ExitRecordWriter.encode(record);
      if (replaced) {
        AtomicFile.write(file, bytes);
      } else {
        Files.write(file, bytes);
      }
    } catch (IOException e) {
      throw new ExplainedException(
          "--result: can't write " + name + ": " + IoMessages.reason(e), "", e);
    }
  }
}
