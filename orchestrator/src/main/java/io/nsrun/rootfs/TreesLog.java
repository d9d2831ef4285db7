package io.nsrun.rootfs;

import io.nsrun.control.Errno;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is said about trees; a class of its own, since a start loads no logger if it can. */
final class TreesLog {
  private static final Logger LOG = LoggerFactory.getLogger("trees");

  private TreesLog() {}

  static void attributesLost(int count, Errno why) {
    LOG.warn(
        "extended attributes of the archive could not be kept: {} of them, {}",
        Integer.toUnsignedString(count),
        why.text());
  }

  static void readsNoMore(IOException how) {
    LOG.debug("nsinit reads no more of the archive", how);
  }
}
