package io.nsrun.state;

import io.nsrun.spec.ExplainedException;
import java.nio.file.Path;

/**
 * A directory that nsrun would keep files in can be changed by somebody else, so it is not used.
 */
public final class UnsafeDirectoryException extends ExplainedException {
  private static final long serialVersionUID = 1L;

  private final boolean foreign;

  /**
   * @param foreign whether somebody else made it so, and another place may serve: not a fault of
   *     the caller's to mend
   */
  UnsafeDirectoryException(Path directory, String why, String remedy, boolean foreign) {
    super("directory " + directory + " " + why, remedy);
    this.foreign = foreign;
  }

  /** Whether it belongs to, or lies in the hands of, somebody else. */
  public boolean isForeign() {
    return foreign;
  }
}
