package io.nsrun.state;

import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is said about directories; a class of its own, since a start loads no logger if it can. */
final class PathsLog {
  private static final Logger LOG = LoggerFactory.getLogger("directories");

  private PathsLog() {}

  static void passedOver(String variable, UnsafeDirectoryException why) {
    LOG.warn("{} is passed over: {}", variable, why.getMessage());
  }

  static void usedInstead(String what, Path directory, IOException why) {
    LOG.info("{} is {}: {}", what, directory, why.getMessage());
  }

  static void idsElsewhere(Path directory, IOException why) {
    LOG.warn(
        "ranges of ids are told apart only from those of containers that use {} too: {}",
        directory,
        why.getMessage());
  }
}
