package io.nsrun.cli;

import io.nsrun.control.ChromeTrace;
import io.nsrun.control.Event;
import io.nsrun.engine.LimitHit;
import io.nsrun.launch.Laps;
import io.nsrun.launch.Outcome;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.Step;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.IdMapping;
import io.nsrun.spec.Limits;
import io.nsrun.spec.Rlimit;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.SpecProblemsException;
import io.nsrun.state.ExitRecord;
import java.util.ArrayList;
import java.util.List;

/** Makes the record of a run from all that is known of it. */
final class ResultRecord {
  /** Names of the laps that end a phase; all before them make the plan. */
  static final String SET_UP = "nsinit sets up";

  static final String RUN = "the command runs";
  static final String FAIL = "set-up fails";

  private final RunPlan run;
  private final Laps laps;
  private final long startedMillis;

  /**
   * @param run may have stopped anywhere
   * @param startedMillis 0 if the command was not started
   */
  ResultRecord(RunPlan run, Laps laps, long startedMillis) {
    this.run = run;
    this.laps = laps;
    this.startedMillis = startedMillis;
  }

  /** Of a container that came to its end. */
  ExitRecord of(RunEnd end) {
    ExitRecord.Usage usage = null;
    if (end.outcome() instanceof Outcome.Ended ended) {
      usage = usage(ended.exit());
    }
    return record(end(end), usage);
  }

  /**
   * Of one that did not come to be.
   *
   * @param exitCode of nsrun
   */
  ExitRecord of(Throwable thrown, int exitCode) {
    List<String> problems = new ArrayList<>();
    String reason = String.valueOf(thrown.getMessage());
    String remedy = "";
    if (thrown instanceof SpecProblemsException spec) {
      for (SpecProblems.Problem problem : spec.problems()) {
        problems.add(problem.in(OptionDialect.OPTIONS));
      }
      reason = "the options ask for what can't be had";
    } else if (thrown instanceof ExplainedException explained) {
      reason = explained.text().in(OptionDialect.OPTIONS);
      remedy = explained.remedy().in(OptionDialect.OPTIONS);
    }
    return record(
        new ExitRecord.End(
            "not-started", exitCode, -1, 0, false, "", reason, remedy, null, problems),
        null);
  }

  private ExitRecord record(ExitRecord.End end, ExitRecord.Usage usage) {
    SpecOptions options = run.options();
    Spec spec = run.spec();
    LaunchPlan plan = run.plan();
    List<ExitRecord.Property> isolation = new ArrayList<>();
    if (plan != null) {
      for (Isolation.Property property : plan.isolation().properties()) {
        isolation.add(
            new ExitRecord.Property(
                property.aspect().key(), property.full(), property.value(), property.reason()));
      }
    }
    return new ExitRecord(
        options == null ? "" : options.id(),
        options == null ? "" : options.name(),
        spec == null ? "" : spec.root().path(),
        spec == null ? List.of() : spec.process().args(),
        startedMillis,
        System.currentTimeMillis(),
        end,
        usage,
        spec == null ? List.of() : limits(spec),
        ids(plan, true),
        ids(plan, false),
        isolation,
        phases());
  }

  private static ExitRecord.End end(RunEnd end) {
    Outcome outcome = end.outcome();
    int exitCode = end.exitCode();
    if (outcome instanceof Outcome.Ended ended) {
      Event.Exited exit = ended.exit();
      LimitHit limit = end.limit();
      String cause =
          limit != null
              ? limit.cause()
              : exit.cause() == Event.Cause.CONTROL_LOST ? "control-lost" : "own";
      return new ExitRecord.End(
          exit.signaled() ? "killed" : "exited",
          exitCode,
          exit.signaled() ? -1 : (int) exit.value(),
          exit.signaled() ? (int) exit.value() : 0,
          exit.coreDumped(),
          cause,
          limit == null ? "" : limit.text(),
          "",
          null,
          List.of());
    }
    ExitRecord.Failure failure = null;
    if (outcome instanceof Outcome.NotStarted notStarted) {
      Event.Failed failed = notStarted.failure();
      failure =
          new ExitRecord.Failure(
              failed.step().stepName(),
              failed.object(),
              failed.errnoNumber() == 0 ? "" : failed.errnoName(),
              failed.detail());
    }
    return new ExitRecord.End(
        failure == null ? "lost" : "not-started",
        exitCode,
        -1,
        0,
        false,
        "",
        end.reason(),
        end.remedy(),
        failure,
        List.of());
  }

  private ExitRecord.Usage usage(Event.Exited exit) {
    Limits limits = run.spec().limits();
    boolean relayed = limits.relayOutput() || run.spec().process().terminal() != null;
    return new ExitRecord.Usage(
        exit.userMicros(),
        exit.systemMicros(),
        exit.maxRssKib(),
        exit.minorFaults(),
        exit.majorFaults(),
        exit.wallNanos(),
        limits.areWatched() ? exit.peakRssBytes() : -1,
        relayed ? exit.outputBytes() : -1);
  }

  private static List<ExitRecord.Limit> limits(Spec spec) {
    List<ExitRecord.Limit> list = new ArrayList<>();
    Limits limits = spec.limits();
    add(list, "memory_bytes", limits.memory().value());
    add(list, "processes", limits.processes());
    add(list, "cpu_time_ms", limits.cpuTime().toMillis());
    add(list, "output_bytes", limits.output().value());
    add(list, "cpus", limits.cpus() > 0 ? limits.cpus() : limits.cpuset().size());
    if (limits.nice() != null) {
      list.add(new ExitRecord.Limit("nice", limits.nice()));
    }
    add(list, "timeout_ms", spec.stop().timeout().toMillis());
    for (Rlimit limit : spec.rlimits()) {
      list.add(new ExitRecord.Limit("ulimit_" + limit.resource().optionName(), limit.soft()));
    }
    return list;
  }

  private static void add(List<ExitRecord.Limit> list, String name, long value) {
    if (value > 0) {
      list.add(new ExitRecord.Limit(name, value));
    }
  }

  private static List<ExitRecord.Ids> ids(LaunchPlan plan, boolean users) {
    List<ExitRecord.Ids> ids = new ArrayList<>();
    if (plan != null) {
      for (Step step : plan.steps()) {
        List<IdMapping> mappings = List.of();
        if (users && step instanceof HostStep.UidMap map) {
          mappings = map.mappings();
        } else if (!users && step instanceof HostStep.GidMap map) {
          mappings = map.mappings();
        }
        for (IdMapping mapping : mappings) {
          ids.add(new ExitRecord.Ids(mapping.inside(), mapping.outside(), mapping.count()));
        }
      }
    }
    return ids;
  }

  private ExitRecord.Phases phases() {
    // Plan, set-up, run.
    long[] nanos = {-1, -1, -1};
    laps.each(
        (name, start, end) -> {
          int phase =
              switch (name) {
                case SET_UP, FAIL -> 1;
                case RUN -> 2;
                default -> 0;
              };
          nanos[phase] = Math.max(nanos[phase], 0) + end - start;
        });
    long jvm =
        ChromeTrace.processStartNanos().isPresent()
            ? Math.max(0, laps.start() - ChromeTrace.processStartNanos().getAsLong())
            : -1;
    return new ExitRecord.Phases(jvm, nanos[0], nanos[1], nanos[2]);
  }
}
