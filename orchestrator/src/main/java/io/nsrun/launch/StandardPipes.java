package io.nsrun.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Lets a container open its standard streams by name, as {@code /dev/stdout}, where they are pipes.
 *
 * <p>A pipe belongs to whoever made it, with mode 0600, and a container with other ids may use the
 * descriptor but not open its file again. Only processes that have a descriptor of the pipe, and
 * those that may look into them, come upon that file: so its mode can be opened to all, but only
 * the way that it was given, or lines that the container writes would be read by whoever reads its
 * input next. Files and terminals of the caller keep theirs.
 */
public final class StandardPipes {
  private static final int READ_BY_ALL = 0644;
  private static final int WRITTEN_BY_ALL = 0622;

  private StandardPipes() {}

  /**
   * Opens the mode of those of the descriptors 0 to 2 that are pipes without a name.
   *
   * @param directory of /proc that has them, with a slash at its end
   * @param given of each, whether it is the caller's
   */
  public static void openToAll(String directory, boolean... given) {
    for (int descriptor = 0; descriptor < given.length; descriptor++) {
      if (given[descriptor]) {
        openToAll(Path.of(directory + descriptor), descriptor == 0 ? READ_BY_ALL : WRITTEN_BY_ALL);
      }
    }
  }

  private static void openToAll(Path file, int mode) {
    try {
      if (Files.readSymbolicLink(file).toString().startsWith("pipe:[")) {
        Files.setAttribute(file, "unix:mode", mode);
      }
    } catch (IOException e) {
      // Closed, or somebody else's: then /dev/stdout can't be opened, and all else works.
      return;
    }
  }
}
