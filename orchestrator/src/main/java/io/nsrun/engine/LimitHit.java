package io.nsrun.engine;

import io.nsrun.control.Event;
import io.nsrun.spec.Bytes;
import io.nsrun.spec.Rlimit;
import io.nsrun.spec.Spec;

/**
 * The limit that ended a command.
 *
 * @param cause the word in records
 * @param text what is told of it, as in {@code memory limit of 64 MiB reached (peak 71 MiB)}
 */
public record LimitHit(String cause, String text) {
  /** Cause of the time limit. */
  public static final String TIMEOUT = "timeout";

  private static final int SIGXCPU = 24;
  private static final int SIGXFSZ = 25;
  private static final int SIGKILL = 9;

  /** The limit, or {@code null} if the command ended for another reason. */
  static LimitHit of(Spec spec, Event.Exited exit) {
    return switch (exit.cause()) {
      case TIMEOUT ->
          new LimitHit(TIMEOUT, "timeout of " + ElapsedTime.text(spec.stop().timeout().toNanos()));
      case MEMORY ->
          new LimitHit(
              "memory",
              "memory limit of "
                  + spec.limits().memory().text()
                  + " reached (peak "
                  + new Bytes(Math.max(exit.peakRssBytes(), 0)).text()
                  + ")");
      case CPU_TIME ->
          new LimitHit(
              "cpu-time",
              "CPU time limit of "
                  + ElapsedTime.text(spec.limits().cpuTime().toNanos())
                  + " reached");
      case PROCESSES ->
          new LimitHit("processes", "limit of " + spec.limits().processes() + " processes reached");
      case OUTPUT ->
          new LimitHit("output", "output limit of " + spec.limits().output().text() + " reached");
      case CONTROL_LOST -> null;
      case OWN -> ofKernel(spec, exit);
    };
  }

  /** The limit that nsinit names, however high it was; {@code null} if it names none. */
  static LimitHit of(Event.Cause cause) {
    String word =
        switch (cause) {
          case TIMEOUT -> TIMEOUT;
          case MEMORY -> "memory";
          case CPU_TIME -> "cpu-time";
          case PROCESSES -> "processes";
          case OUTPUT -> "output";
          case CONTROL_LOST, OWN -> null;
        };
    return word == null ? null : new LimitHit(word, word + " limit reached");
  }

  /** The kernel's own limits end a process by a signal of theirs (getrlimit(2)). */
  private static LimitHit ofKernel(Spec spec, Event.Exited exit) {
    Rlimit size = limit(spec, Rlimit.Resource.FSIZE);
    if (size != null && endedBy(exit, SIGXFSZ)) {
      return new LimitHit(
          "file-size", "file size limit of " + new Bytes(size.soft()).text() + " reached");
    }
    Rlimit cpu = limit(spec, Rlimit.Resource.CPU);
    if (cpu == null) {
      return null;
    }
    long micros = exit.userMicros() + exit.systemMicros();
    if (endedBy(exit, SIGXCPU)
        || (endedBy(exit, SIGKILL) && cpu.hard() >= 0 && micros / 1_000_000 >= cpu.hard())) {
      return new LimitHit(
          "cpu-time", "CPU time limit of " + cpu.soft() + " s for one process reached");
    }
    return null;
  }

  /** A shell that is the command reports the signal of its child as 128 + N. */
  private static boolean endedBy(Event.Exited exit, int signal) {
    return exit.value() == (exit.signaled() ? signal : 128 + signal);
  }

  /** The limit, if it was set and finite. */
  private static Rlimit limit(Spec spec, Rlimit.Resource resource) {
    for (Rlimit limit : spec.rlimits()) {
      if (limit.resource() == resource && limit.soft() >= 0) {
        return limit;
      }
    }
    return null;
  }
}
