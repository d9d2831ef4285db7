package io.nsrun.api;

import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;

/**
 * Whose reads and writes of a disk come first, ioprio_set(2): for disks whose scheduler knows
 * priorities, as bfq and mq-deadline do. Immutable.
 */
public final class IoPriority {
  private static final int LAST_LEVEL = 7;

  private final io.nsrun.spec.IoPriority priority;

  private IoPriority(io.nsrun.spec.IoPriority.SchedulingClass schedulingClass, int level) {
    priority = new io.nsrun.spec.IoPriority(schedulingClass, level);
  }

  /**
   * {@return before all others, whatever becomes of them: for root only}
   *
   * @param level 0, the most favoured, to 7
   */
  public static IoPriority realtime(int level) {
    return new IoPriority(io.nsrun.spec.IoPriority.SchedulingClass.REALTIME, level);
  }

  /**
   * {@return as most processes are, which have level 4}
   *
   * @param level 0, the most favoured, to 7
   */
  public static IoPriority bestEffort(int level) {
    return new IoPriority(io.nsrun.spec.IoPriority.SchedulingClass.BEST_EFFORT, level);
  }

  /** {@return only while nobody else wants the disk} */
  public static IoPriority idle() {
    return new IoPriority(io.nsrun.spec.IoPriority.SchedulingClass.IDLE, 0);
  }

  io.nsrun.spec.IoPriority toSpec(SpecProblems problems) {
    if (priority.level() < 0 || priority.level() > LAST_LEVEL) {
      problems.add(SpecField.IO_PRIORITY, priority.level() + " is no level", "0 to 7 are expected");
    }
    return priority;
  }

  /** For messages: {@code best-effort:4}, {@code idle}. */
  @Override
  public String toString() {
    return priority.toString();
  }
}
