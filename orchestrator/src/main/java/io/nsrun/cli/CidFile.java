package io.nsrun.cli;

import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.IoMessages;
import io.nsrun.spec.OsPath;
import io.nsrun.state.HeldDirectory;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** The file that {@code --cidfile} asks for, in a directory that is held open. */
final class CidFile implements Closeable {
  private final HeldDirectory directory;
  private final Path entry;

  private CidFile(HeldDirectory directory, Path entry) {
    this.directory = directory;
    this.entry = entry;
  }

  /**
   * Writes the id of a container.
   *
   * @throws ExplainedException if the file exists or can't be made
   */
  static CidFile write(String file, String id) throws ExplainedException {
    HeldDirectory directory = null;
    boolean done = false;
    try {
      Path path = OsPath.of(file).toAbsolutePath();
      if (path.getParent() == null) {
        throw new FileAlreadyExistsException(file);
      }
      directory = HeldDirectory.open(path.getParent());
      Path entry = path.getFileName();
      directory.make(entry, id.getBytes(StandardCharsets.US_ASCII));
      done = true;
      return new CidFile(directory, entry);
    } catch (FileAlreadyExistsException e) {
      throw new ExplainedException(
          "--cidfile: " + file + " exists",
          "another container may own it; remove it or choose another name");
    } catch (IOException e) {
      throw new ExplainedException(
          "--cidfile: can't make " + file + ": " + IoMessages.reason(e), "", e);
    } catch (InvalidPathException e) {
      throw new ExplainedException("--cidfile: \"" + file + "\" is no file name", "", e);
    } finally {
      if (!done && directory != null) {
        close(directory);
      }
    }
  }

  /** Takes the file back, for a container that did not come to be. */
  void remove() {
    try {
      directory.deleteIfExists(entry);
    } catch (IOException e) {
      // The failure that led here is the one to tell.
      return;
    }
  }

  @Override
  public void close() {
    close(directory);
  }

  private static void close(HeldDirectory directory) {
    try {
      directory.close();
    } catch (IOException e) {
      // Nothing is written by it any more.
      return;
    }
  }
}
