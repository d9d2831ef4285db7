package io.nsrun.cli;

import io.nsrun.plan.steps.Isolation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What {@code run} has to say about its own work. Loaded only where somebody asked to hear it. */
final class RunLog {
  private static final Logger LOG = LoggerFactory.getLogger("run");

  private RunLog() {}

  /** Tells where the isolation is less than the default could be, and what is about to be done. */
  static void plan(RunPlan run) {
    for (Isolation.Property property : run.plan().isolation().properties()) {
      if (!property.full()) {
        LOG.info("{}: {} ({})", property.aspect().key(), property.value(), property.reason());
      }
    }
    LOG.debug("id {}", run.spec().id());
    LOG.debug("root filesystem {}", run.spec().root().path());
    LOG.debug("plan of {} steps", run.plan().steps().size());
  }

  static void warn(String message) {
    LOG.warn(message);
  }

  static void started(long pid) {
    LOG.debug("the command runs as process {}", pid);
  }
}
