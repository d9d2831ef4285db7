package io.nsrun.state;

import java.io.IOException;
import java.nio.file.Path;

/** Removes what the caller alone can't: files that belong to other ids, or lie too deep. */
public interface TreeEmptier {
  /**
   * Removes all that is in a directory, whoever owns it. Blocks until it is empty.
   *
   * @param directory absolute; nothing outside of it is touched, whatever links are in it
   * @param below path of the directory to be emptied, relative to the other one; no link is
   *     followed on the way there
   * @throws IOException if something is left
   */
  void empty(Path directory, Path below) throws IOException;
}
