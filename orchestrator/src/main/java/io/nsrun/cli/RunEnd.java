package io.nsrun.cli;

import io.nsrun.control.Errno;
import io.nsrun.control.Event;
import io.nsrun.control.SetupStep;
import io.nsrun.doctor.Causes;
import io.nsrun.doctor.LocalMachine;
import io.nsrun.launch.Outcome;
import io.nsrun.plan.CommandStep;
import io.nsrun.plan.Isolation;
import io.nsrun.plan.Step;
import io.nsrun.spec.Rlimit;
import io.nsrun.spec.Signal;
import io.nsrun.spec.Spec;
import io.nsrun.state.ExitRecord;
import io.nsrun.state.ExitRecords;
import io.nsrun.state.StatePaths;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What is said and kept when a container has ended. */
final class RunEnd {
  private final RunPlan run;
  private final Spec spec;
  private final Outcome.Report report;
  private final ErrorPrinter errors;

  RunEnd(RunPlan run, Outcome.Report report, ErrorPrinter errors) {
    this.run = run;
    this.spec = run.spec();
    this.report = report;
    this.errors = errors;
  }

  /**
   * Tells what the caller can't see from the exit code.
   *
   * @return the exit code
   */
  int tell() {
    Outcome outcome = report.outcome();
    if (outcome instanceof Outcome.Ended ended) {
      return tellEnd(ended.exit());
    }
    if (outcome instanceof Outcome.NotStarted notStarted) {
      return tellFailure(notStarted.failure());
    }
    Outcome.Lost lost = (Outcome.Lost) outcome;
    errors.line(spec.name() + ": " + lostReason(lost));
    errors.remedy(
        "the kernel killed the container with it; look at the kernel's log for an out-of-memory kill");
    return ExitCode.NSRUN;
  }

  private static String lostReason(Outcome.Lost lost) {
    return "nsinit " + lost.how() + (lost.started() ? " while the command ran" : " during set-up");
  }

  private int tellEnd(Event.Exited exit) {
    if (exit.cause() == Event.Cause.TIMEOUT) {
      errors.line(
          spec.name()
              + ": stopped after the timeout of "
              + seconds(spec.stop().timeout().toNanos())
              + ": "
              + how(exit));
    } else if (exit.cause() != Event.Cause.OWN && exit.cause() != Event.Cause.CONTROL_LOST) {
      errors.line(spec.name() + ": stopped at the limit of " + limit(exit) + ": " + how(exit));
    } else if (spec.process().terminal() != null) {
      errors.line(spec.name() + ": " + how(exit) + " after " + seconds(exit.wallNanos()));
    }
    return exit.exitCode();
  }

  private static String limit(Event.Exited exit) {
    return exit.cause() == Event.Cause.CPU_TIME
        ? "CPU time"
        : exit.cause().name().toLowerCase(Locale.ROOT);
  }

  private static String how(Event.Exited exit) {
    if (!exit.signaled()) {
      return "exited with code " + exit.value();
    }
    return "killed by "
        + new Signal((int) exit.value()).fullName()
        + (exit.coreDumped() ? " (core dumped)" : "");
  }

  /** Tenths of a second; {@code 0.05 s} rather than {@code 0.0 s}, and {@code 2 ms} below that. */
  static String seconds(long nanos) {
    if (nanos < 10_000_000) {
      return Math.max(1, (nanos + 500_000) / 1_000_000) + " ms";
    }
    long hundredths = (nanos + 5_000_000) / 10_000_000;
    if (hundredths < 100) {
      return "0." + (hundredths < 10 ? "0" : "") + hundredths + " s";
    }
    long tenths = (nanos + 50_000_000) / 100_000_000;
    return tenths / 10 + "." + tenths % 10 + " s";
  }

  private int tellFailure(Event.Failed failure) {
    errors.line(spec.name() + ": " + failureText(named(failure)));
    errors.remedy(new Causes(new LocalMachine()).explain(failure, run.plan()).orElse(""));
    return exitCode(failure);
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
    StringBuilder text = new StringBuilder(failure.step().stepName());
    if (!failure.object().isEmpty()) {
      text.append(' ').append(failure.object());
    }
    if (failure.errnoNumber() != 0) {
      text.append(": ").append(failure.errnoName());
    }
    if (!failure.detail().isEmpty()) {
      text.append(" (").append(failure.detail()).append(')');
    }
    return text.toString();
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

  /** Writes the record of a container that is to leave one. */
  void keepRecord(StatePaths paths, long startedMillis) throws IOException {
    List<ExitRecord.Property> isolation = new ArrayList<>();
    for (Isolation.Property property : run.plan().isolation().properties()) {
      isolation.add(
          new ExitRecord.Property(
              property.aspect().key(), property.full(), property.value(), property.reason()));
    }
    ExitRecord.Usage usage = null;
    if (report.outcome() instanceof Outcome.Ended ended) {
      Event.Exited exit = ended.exit();
      usage =
          new ExitRecord.Usage(
              exit.userMicros(),
              exit.systemMicros(),
              exit.maxRssKib(),
              exit.minorFaults(),
              exit.majorFaults(),
              exit.wallNanos());
    }
    new ExitRecords(paths.stateDirectory())
        .write(
            new ExitRecord(
                spec.id(),
                spec.name(),
                spec.root().path(),
                spec.process().args(),
                startedMillis,
                System.currentTimeMillis(),
                end(report.outcome()),
                usage,
                isolation));
  }

  private ExitRecord.End end(Outcome outcome) {
    if (outcome instanceof Outcome.Ended ended) {
      Event.Exited exit = ended.exit();
      String cause = exit.cause().name().toLowerCase(Locale.ROOT).replace('_', '-');
      return exit.signaled()
          ? new ExitRecord.End("killed", -1, (int) exit.value(), exit.coreDumped(), cause, "")
          : new ExitRecord.End("exited", (int) exit.value(), 0, false, cause, "");
    }
    if (outcome instanceof Outcome.NotStarted notStarted) {
      return new ExitRecord.End(
          "not-started", -1, 0, false, "", failureText(named(notStarted.failure())));
    }
    return new ExitRecord.End("lost", -1, 0, false, "", lostReason((Outcome.Lost) outcome));
  }
}
