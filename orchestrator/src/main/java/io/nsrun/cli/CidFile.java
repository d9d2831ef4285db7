package io.nsrun.cli;

import io.nsrun.spec.OsPath;
import io.nsrun.state.ExplainedException;
import io.nsrun.state.IoMessages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;

/** The file that {@code --cidfile} asks for. */
final class CidFile {
  private CidFile() {}

  /**
   * Writes the id of a container.
   *
   * @throws ExplainedException if the file exists or can't be made
   */
  static void write(String file, String id) throws ExplainedException {
    try {
      Files.write(
          OsPath.of(file),
          id.getBytes(StandardCharsets.US_ASCII),
          StandardOpenOption.WRITE,
          StandardOpenOption.CREATE_NEW);
    } catch (FileAlreadyExistsException e) {
      throw new ExplainedException(
          "--cidfile: " + file + " exists",
          "another container may own it; remove it or choose another name");
    } catch (IOException e) {
      // On a full disk it is there by now, and empty.
      remove(file);
      throw new ExplainedException(
          "--cidfile: can't make " + file + ": " + IoMessages.reason(e), "", e);
    }
  }

  /** Takes the file back, for a container that did not come to be. */
  static void remove(String file) {
    try {
      Files.deleteIfExists(OsPath.of(file));
    } catch (IOException e) {
      // The failure that led here is the one to tell.
      return;
    }
  }
}
