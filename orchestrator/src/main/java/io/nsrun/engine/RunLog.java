package io.nsrun.engine;

import io.nsrun.plan.steps.Isolation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is to be said about the work on a container. Loaded only where somebody asked to hear it.
 */
public final class RunLog {
  private static final Logger LOG = LoggerFactory.getLogger("run");

  private RunLog() {}

  /** Tells where the isolation is less than the default could be, and what is about to be done. */
  public static void plan(Prepared prepared) {
    for (Isolation.Property property : prepared.plan().isolation().properties()) {
      if (!property.full()) {
        LOG.info("{}: {} ({})", property.aspect().key(), property.value(), property.reason());
      }
    }
    LOG.debug("id {}", prepared.spec().id());
    LOG.debug("root filesystem {}", prepared.resolved().root());
    LOG.debug("plan of {} steps", prepared.plan().steps().size());
  }

  /** Tells what is odd. */
  public static void warn(String message) {
    LOG.warn(message);
  }

  /** Tells as which processes the container runs. */
  public static void started(Running running) {
    LOG.debug("the container's init is process {}", running.initPid());
    LOG.debug("the command is process {}", running.pid());
  }
}
