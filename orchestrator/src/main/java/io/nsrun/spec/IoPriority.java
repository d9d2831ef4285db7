package io.nsrun.spec;

import java.util.Locale;

/**
 * Whose reads and writes of a disk come first, see ioprio_set(2). Schedulers that know no
 * priorities, such as {@code none}, take no notice.
 *
 * @param schedulingClass which queue
 * @param level 0, the most favoured, to 7; of no meaning in {@link SchedulingClass#IDLE}
 */
public record IoPriority(SchedulingClass schedulingClass, int level) {
  /** The level of whoever names none, as of processes that never asked for one. */
  private static final int USUAL_LEVEL = 4;

  /** The queues of the kernel, in the order of their numbers, from 1 on. */
  public enum SchedulingClass {
    /** Before all others, whatever becomes of them. */
    REALTIME(1),
    /** What processes have unless they ask for something else. */
    BEST_EFFORT(2),
    /** Only while nobody else wants the disk. */
    IDLE(3);

    private final int number;

    SchedulingClass(int number) {
      this.number = number;
    }

    /** As ioprio_set(2) has it. */
    public int number() {
      return number;
    }

    /**
     * The class with this number.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static SchedulingClass of(int number) {
      for (SchedulingClass each : values()) {
        if (each.number == number) {
          return each;
        }
      }
      throw new IllegalArgumentException("no class " + number);
    }

    /** As ionice(1) writes it: {@code best-effort}. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * Reads {@code CLASS} or {@code CLASS:N}, with a class as {@link SchedulingClass#word} has it.
   *
   * @throws IllegalArgumentException if it is not of that form, or N not within 0 to 7
   */
  public static IoPriority parse(String text) {
    int colon = text.indexOf(':');
    String word = colon < 0 ? text : text.substring(0, colon);
    for (SchedulingClass schedulingClass : SchedulingClass.values()) {
      if (!schedulingClass.word().equals(word)) {
        continue;
      }
      if (schedulingClass == SchedulingClass.IDLE) {
        if (colon >= 0) {
          throw new IllegalArgumentException("the class idle has no levels: leave :N out");
        }
        return new IoPriority(schedulingClass, 0);
      }
      long level = colon < 0 ? USUAL_LEVEL : Decimal.parse(text.substring(colon + 1), 7);
      if (level < 0) {
        throw new IllegalArgumentException(
            "\"" + text.substring(colon + 1) + "\" is no level: 0 to 7 are expected");
      }
      return new IoPriority(schedulingClass, (int) level);
    }
    throw new IllegalArgumentException(
        "\"" + word + "\" is no class: realtime, best-effort or idle is expected");
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return schedulingClass.word() + (schedulingClass == SchedulingClass.IDLE ? "" : ":" + level);
  }
}
