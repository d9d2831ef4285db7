package io.nsrun.rootfs;

import io.nsrun.state.StatePaths;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The removal of trees that containers have written, whose files belong to ids that the caller
 * alone may not have, and lie as deep as they like.
 */
public final class TreeRemoval {
  private TreeRemoval() {}

  /**
   * Removes all that is in a directory. An nsinit does it, in a user namespace with every id that
   * the caller may give a file. Blocks until it is empty.
   *
   * @param paths of the caller
   * @param directory absolute; nothing outside of it can be reached meanwhile
   * @param below path from there to what is to be empty; no link on the way is followed
   * @throws io.nsrun.spec.ExplainedException if something is left
   */
  public static void empty(StatePaths paths, Path directory, Path below) throws IOException {
    new NsinitTrees(paths).empty(directory, below);
  }
}
