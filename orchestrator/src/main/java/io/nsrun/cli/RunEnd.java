package io.nsrun.cli;

import io.nsrun.control.Errno;
import io.nsrun.control.Event;
import io.nsrun.doctor.Causes;
import io.nsrun.doctor.LocalMachine;
import io.nsrun.engine.ElapsedTime;
import io.nsrun.engine.LimitHit;
import io.nsrun.launch.Outcome;
import io.nsrun.plan.steps.CommandStep;
import io.nsrun.plan.steps.SetupStep;
import io.nsrun.plan.steps.Step;
import io.nsrun.spec.Rlimit;
import io.nsrun.spec.Spec;
import io.nsrun.spec.Text;
import java.util.List;

/** What is said when a container has ended. */
final class RunEnd {
  private final RunPlan run;
  private final Spec spec;
  private final Outcome.Report report;
  private final ErrorPrinter errors;
  private String remedy;

  RunEnd(RunPlan run, Outcome.Report report, ErrorPrinter errors) {
    this.run = run;
    this.spec = run.spec();
    this.report = report;
    this.errors = errors;
  }

  Outcome outcome() {
    return report.outcome();
  }

  /** The limit that ended the command; null if it was none. */
  LimitHit limit() {
    if (!(report.outcome() instanceof Outcome.Ended ended)) {
      return null;
    }
    // The usual end needs no look at limits.
    return ended.exit().cause() == Event.Cause.OWN && spec.rlimits().isEmpty()
        ? null
        : LimitHit.of(spec, ended.exit());
  }

  /** What nsrun ends with. */
  int exitCode() {
    if (report.outcome() instanceof Outcome.Ended ended) {
      return ended.exit().exitCode();
    }
    return report.outcome() instanceof Outcome.NotStarted notStarted
        ? exitCode(notStarted.failure())
        : ExitCode.NSRUN;
  }

  /** Why the command did not come to an end of its own; empty if it did. */
  String reason() {
    if (report.outcome() instanceof Outcome.NotStarted notStarted) {
      return failureText(named(notStarted.failure()));
    }
    if (report.outcome() instanceof Outcome.Lost lost) {
      return "nsinit "
          + lost.how()
          + (lost.started() ? " while the command ran" : " during set-up");
    }
    return "";
  }

  /** What is to be done about {@link #reason}; may be empty. */
  String remedy() {
    if (remedy == null) {
      remedy = findRemedy();
    }
    return remedy;
  }

  private String findRemedy() {
    if (report.outcome() instanceof Outcome.NotStarted notStarted) {
      return new Causes(new LocalMachine())
          .explain(notStarted.failure(), run.plan())
          .orElse(Text.EMPTY)
          .in(OptionDialect.OPTIONS);
    }
    return report.outcome() instanceof Outcome.Lost
        ? "the kernel killed the container with it; look at the kernel's log for an out-of-memory kill"
        : "";
  }

  /**
   * Tells what the caller can't see from the exit code.
   *
   * @return the exit code
   */
  int tell() {
    if (report.outcome() instanceof Outcome.Ended ended) {
      tellEnd(ended.exit());
    } else {
      errors.line(spec.name() + ": " + reason());
      errors.remedy(remedy());
    }
    return exitCode();
  }

  private void tellEnd(Event.Exited exit) {
    LimitHit limit = limit();
    if (limit == null && spec.process().terminal() == null) {
      return;
    }
    String how = LimitHit.how(exit);
    if (exit.cause() == Event.Cause.TIMEOUT && limit != null) {
      errors.line(spec.name() + ": stopped after the " + limit.text() + ": " + how);
    } else if (limit != null) {
      errors.line(
          spec.name()
              + ": "
              + how
              + " after "
              + ElapsedTime.text(exit.wallNanos())
              + ": "
              + limit.text());
    } else {
      errors.line(spec.name() + ": " + how + " after " + ElapsedTime.text(exit.wallNanos()));
    }
  }

  /** A limit is known to nsinit by its number, and to people by its name. */
  private Event.Failed named(Event.Failed failure) {
    List<Step> steps = run.plan().steps();
    int index = failure.index();
    if (index < 0 || index >= steps.size() || !(steps.get(index) instanceof CommandStep.Rlimit)) {
      return failure;
    }
    CommandStep.Rlimit step = (CommandStep.Rlimit) steps.get(index);
    Rlimit.Resource resource = Rlimit.Resource.of(step.resource());
    return resource == null
        ? failure
        : new Event.Failed(
            failure.step(),
            index,
            failure.errnoNumber(),
            resource.optionName(),
            "soft " + amount(step.soft()) + " hard " + amount(step.hard()));
  }

  private static String amount(long limit) {
    return limit == Rlimit.UNLIMITED ? "unlimited" : Long.toUnsignedString(limit);
  }

  /** Step, object and error, as messages tell them. */
  static String failureText(Event.Failed failure) {
    return failure.text();
  }

  private static int exitCode(Event.Failed failure) {
    if (failure.step() != SetupStep.EXEC) {
      return ExitCode.NSRUN;
    }
    Errno errno = failure.errno();
    return errno == Errno.ENOENT || errno == Errno.ENOTDIR
        ? ExitCode.NOT_FOUND
        : ExitCode.NOT_EXECUTABLE;
  }
}
