package io.nsrun.cli;

import io.nsrun.log.LogLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes on what nsinit has to say. Loaded with its first message: most runs have none. */
final class NsinitLog {
  private static final Logger LOG = LoggerFactory.getLogger("nsinit");

  private NsinitLog() {}

  static void log(LogLevel level, String message) {
    switch (level) {
      case ERROR -> LOG.error(message);
      case WARN -> LOG.warn(message);
      case INFO -> LOG.info(message);
      case DEBUG -> LOG.debug(message);
      case TRACE -> LOG.trace(message);
    }
  }
}
