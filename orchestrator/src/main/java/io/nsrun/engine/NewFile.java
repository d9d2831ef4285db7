package io.nsrun.engine;

import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.IoMessages;
import io.nsrun.state.HeldDirectory;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * A file that the caller names and that must not be there, as for the id of a container; in a
 * directory that is held open.
 */
public final class NewFile implements Closeable {
  private final HeldDirectory directory;
  private final Path entry;

  private NewFile(HeldDirectory directory, Path entry) {
    this.directory = directory;
    this.entry = entry;
  }

  /**
   * Makes the file.
   *
   * @param option what the caller calls it, as in {@code --cidfile}
   * @param file as given
   * @param content ASCII
   * @throws ExplainedException if the file exists or can't be made
   */
  public static NewFile write(Caller caller, String option, String file, String content)
      throws ExplainedException {
    HeldDirectory directory = null;
    boolean done = false;
    try {
      Path path = caller.path(file);
      if (path.getParent() == null) {
        throw new FileAlreadyExistsException(file);
      }
      directory = HeldDirectory.open(path.getParent());
      Path entry = path.getFileName();
      directory.make(entry, content.getBytes(StandardCharsets.US_ASCII));
      done = true;
      return new NewFile(directory, entry);
    } catch (FileAlreadyExistsException e) {
      throw new ExplainedException(
          option + ": " + file + " exists",
          "another container may own it; remove it or choose another name");
    } catch (IOException e) {
      throw new ExplainedException(
          option + ": can't make " + file + ": " + IoMessages.reason(e), "", e);
    } catch (InvalidPathException e) {
      throw new ExplainedException(option + ": \"" + file + "\" is no file name", "", e);
    } finally {
      if (!done && directory != null) {
        close(directory);
      }
    }
  }

  /** Takes the file back, for a container that did not come to be. */
  public void remove() {
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
