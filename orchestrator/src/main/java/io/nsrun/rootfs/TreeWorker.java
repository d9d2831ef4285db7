package io.nsrun.rootfs;

import java.io.IOException;
import java.nio.file.Path;

/** Makes trees of files with owners, and removes them. */
interface TreeWorker {
  /** Says what a tree is made of. */
  interface Filler {
    /** Blocks until all was said. */
    void fill(TreeSink sink, Owners owners) throws IOException;
  }

  /**
   * Fills an empty directory; blocks until all is there.
   *
   * @throws TreeException if a file can't be made
   * @throws IOException if the filler fails, or no tree can be made at all
   */
  void make(Path directory, Filler filler) throws IOException;

  /**
   * Removes a tree, whoever owns its files; blocks until it is gone. Nobody else may be able to
   * write to its parent.
   *
   * @return how many bytes that freed
   */
  long remove(Path tree) throws IOException;
}
