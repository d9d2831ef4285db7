package io.nsrun.engine;

import io.nsrun.control.Errno;
import io.nsrun.control.Event;
import io.nsrun.doctor.Causes;
import io.nsrun.doctor.LocalMachine;
import io.nsrun.launch.Outcome;
import io.nsrun.plan.steps.CommandStep;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.SetupStep;
import io.nsrun.plan.steps.Step;
import io.nsrun.spec.Rlimit;
import io.nsrun.spec.Signal;
import io.nsrun.spec.Spec;
import io.nsrun.spec.Text;
import java.util.List;

/**
 * How a container ended. Code and signal are kept apart: a shell shows 137 for both exit(137) and
 * SIGKILL.
 *
 * @param kind which of the ways
 * @param exitCode of a program that stands for the command, 0-255: its own, 128 + the signal's
 *     number, or one of {@link ExitCode}
 * @param code of {@link Kind#EXITED}, 0-255; else -1
 * @param signal of {@link Kind#KILLED}, 1-64; else 0
 * @param coreDumped whether the kernel wrote a core file
 * @param controlLost whether it was ended since nobody was left to listen
 * @param limit the limit that ended the command; null if it was none
 * @param failure the step that failed; null unless {@link Kind#NOT_STARTED}
 * @param reason why the command did not come to an end of its own, in one line; empty if it did
 * @param remedy what is to be done about the reason; may be empty
 * @param usage what it used; null unless it {@link #ran}
 */
public record End(
    Kind kind,
    int exitCode,
    int code,
    int signal,
    boolean coreDumped,
    boolean controlLost,
    LimitHit limit,
    Failure failure,
    String reason,
    Text remedy,
    Usage usage) {
  /** The ways to end. */
  public enum Kind {
    /** The command has exited. */
    EXITED,
    /** A signal killed the command. */
    KILLED,
    /** A step failed before the command ran; nothing of the container is left. */
    NOT_STARTED,
    /** nsinit died without a word; the kernel took the container down with it. */
    LOST
  }

  /**
   * A step that failed.
   *
   * @param step its name
   * @param object what it was about, e.g. a path; may be empty
   * @param errno name of the error; empty if no system call failed
   * @param detail more, as in {@code type=proc}; may be empty
   */
  public record Failure(String step, String object, String errno, String detail) {}

  /**
   * What the command and its children used (getrusage(2)).
   *
   * @param userMicros CPU time in user mode, microseconds
   * @param systemMicros CPU time in kernel mode, microseconds
   * @param maxRssKib largest resident set of one process, KiB
   * @param minorFaults page faults without I/O
   * @param majorFaults page faults with I/O
   * @param wallNanos nanoseconds from the start of the command to its end
   * @param peakRssBytes largest sum of resident sets that was seen; 0 if nobody watched
   * @param outputBytes output passed on; 0 if it was not counted
   */
  public record Usage(
      long userMicros,
      long systemMicros,
      long maxRssKib,
      long minorFaults,
      long majorFaults,
      long wallNanos,
      long peakRssBytes,
      long outputBytes) {}

  static End of(Prepared prepared, Outcome outcome) {
    if (outcome instanceof Outcome.Ended ended) {
      return ended(prepared.spec(), ended.exit());
    }
    if (outcome instanceof Outcome.NotStarted notStarted) {
      return notStarted(prepared.plan(), notStarted.failure());
    }
    Outcome.Lost lost = (Outcome.Lost) outcome;
    return withoutCommand(
        Kind.LOST,
        ExitCode.NOT_STARTED,
        null,
        "nsinit " + lost.how() + (lost.started() ? " while the command ran" : " during set-up"),
        Text.of(
            "the kernel killed the container with it; look at the kernel's log for an out-of-memory"
                + " kill"));
  }

  /** Of a container of which nobody can tell more. */
  static End lost(String reason) {
    return withoutCommand(Kind.LOST, ExitCode.NOT_STARTED, null, reason, Text.EMPTY);
  }

  private static End ended(Spec spec, Event.Exited exit) {
    // The usual end needs no look at limits.
    return of(
        exit,
        exit.cause() == Event.Cause.OWN && spec.rlimits().isEmpty()
            ? null
            : LimitHit.of(spec, exit));
  }

  /** Of one of which it is not known any more what its limits were. */
  static End of(Event.Exited exit) {
    return of(exit, LimitHit.of(exit.cause()));
  }

  private static End of(Event.Exited exit, LimitHit limit) {
    return new End(
        exit.signaled() ? Kind.KILLED : Kind.EXITED,
        exit.exitCode(),
        exit.signaled() ? -1 : (int) exit.value(),
        exit.signaled() ? (int) exit.value() : 0,
        exit.coreDumped(),
        exit.cause() == Event.Cause.CONTROL_LOST,
        limit,
        null,
        limit == null ? "" : limit.text(),
        Text.EMPTY,
        new Usage(
            exit.userMicros(),
            exit.systemMicros(),
            exit.maxRssKib(),
            exit.minorFaults(),
            exit.majorFaults(),
            exit.wallNanos(),
            exit.peakRssBytes(),
            exit.outputBytes()));
  }

  private static End notStarted(LaunchPlan plan, Event.Failed failed) {
    return withoutCommand(
        Kind.NOT_STARTED,
        exitCode(failed),
        new Failure(
            failed.step().stepName(),
            failed.object(),
            failed.errnoNumber() == 0 ? "" : failed.errnoName(),
            failed.detail()),
        named(plan, failed).text(),
        new Causes(new LocalMachine()).explain(failed, plan).orElse(Text.EMPTY));
  }

  private static End withoutCommand(
      Kind kind, int exitCode, Failure failure, String reason, Text remedy) {
    return new End(kind, exitCode, -1, 0, false, false, null, failure, reason, remedy, null);
  }

  /** Whether the command ran, and ended. */
  public boolean ran() {
    return kind == Kind.EXITED || kind == Kind.KILLED;
  }

  /** How the command ended, as in {@code killed by SIGKILL}; it must have run. */
  public String how() {
    if (kind == Kind.EXITED) {
      return "exited with code " + code;
    }
    return "killed by " + new Signal(signal).fullName() + (coreDumped ? " (core dumped)" : "");
  }

  /** A limit is known to nsinit by its number, and to people by its name. */
  private static Event.Failed named(LaunchPlan plan, Event.Failed failed) {
    List<Step> steps = plan.steps();
    int index = failed.index();
    if (index < 0 || index >= steps.size() || !(steps.get(index) instanceof CommandStep.Rlimit)) {
      return failed;
    }
    CommandStep.Rlimit step = (CommandStep.Rlimit) steps.get(index);
    Rlimit.Resource resource = Rlimit.Resource.of(step.resource());
    return resource == null
        ? failed
        : new Event.Failed(
            failed.step(),
            index,
            failed.errnoNumber(),
            resource.optionName(),
            "soft " + amount(step.soft()) + " hard " + amount(step.hard()));
  }

  private static String amount(long limit) {
    return limit == Rlimit.UNLIMITED ? "unlimited" : Long.toUnsignedString(limit);
  }

  private static int exitCode(Event.Failed failed) {
    if (failed.step() != SetupStep.EXEC) {
      return ExitCode.NOT_STARTED;
    }
    Errno errno = failed.errno();
    return errno == Errno.ENOENT || errno == Errno.ENOTDIR
        ? ExitCode.NOT_FOUND
        : ExitCode.NOT_EXECUTABLE;
  }
}
