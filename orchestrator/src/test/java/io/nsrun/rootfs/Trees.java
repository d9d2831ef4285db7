package io.nsrun.rootfs;

import io.nsrun.state.FileStat;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Removes directory trees. */
final class Trees {
  private Trees() {}

  /**
   * Removes a tree that may have directories closed to their own owner. Links are removed, never
   * followed. Does nothing if it is not there.
   *
   * <p>Nobody else may be able to write to the tree's parent.
   */
  static void delete(Path tree) throws IOException {
    FileStat stat = FileStat.of(tree);
    if (stat == null) {
      return;
    }
    if (stat.isDirectory()) {
      if ((stat.permissions() & 0700) != 0700) {
        // By path: opening it first, as NOFOLLOW_LINKS would, needs the very permission it lacks.
        Files.setAttribute(tree, "unix:mode", 0700);
      }
      // The whole list at once, so that a deep tree does not hold a descriptor for each level.
      String[] names = new File(tree.toString()).list();
      if (names == null) {
        throw new IOException(tree + " can't be listed");
      }
      for (String name : names) {
        delete(tree.resolve(name));
      }
    }
    Files.delete(tree);
  }
}
