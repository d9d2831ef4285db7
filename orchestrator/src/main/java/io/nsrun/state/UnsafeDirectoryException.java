package io.nsrun.state;

import java.nio.file.Path;

/**
 * A directory that nsrun would keep files in can be changed by somebody else, so it is not used.
 */
public final class UnsafeDirectoryException extends ExplainedException {
  private static final long serialVersionUID = 1L;

  UnsafeDirectoryException(Path directory, String why, String remedy) {
    super("directory " + directory + " " + why, remedy);
  }
}
