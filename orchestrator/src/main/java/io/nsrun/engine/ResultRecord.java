package io.nsrun.engine;

import io.nsrun.control.ChromeTrace;
import io.nsrun.launch.PhaseTimes;
import io.nsrun.plan.facts.Resolved;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.spec.Dialect;
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

/** Makes the record of a container from all that is known of it. */
public final class ResultRecord {
  /** Names of what ends a phase; all before them make the plan. */
  static final String SET_UP = "nsinit sets up";

  static final String RUN = "the command runs";
  static final String FAIL = "set-up fails";

  private ResultRecord() {}

  /** Of a container that came to its end. */
  public static ExitRecord of(Running running, End end, Dialect dialect) {
    Prepared prepared = running.prepared();
    return record(
        prepared.spec(),
        prepared.resolved(),
        prepared.plan(),
        running.startedMillis(),
        running.startedMillis() == 0
            ? ExitRecord.Pids.NONE
            : new ExitRecord.Pids(running.pid(), running.initPid()),
        end(end, dialect),
        end.usage() == null ? null : usage(prepared.spec(), end.usage()),
        phases(running.times()));
  }

  /**
   * Of one that did not come to be.
   *
   * @param spec what was asked for; null if that could not be read
   * @param preparation may have stopped anywhere
   * @param thrown why
   * @param dialect of the door that was used
   */
  public static ExitRecord of(
      Spec spec, Preparation preparation, Launcher launcher, Throwable thrown, Dialect dialect) {
    return record(
        spec,
        preparation.resolved(),
        preparation.plan(),
        0,
        ExitRecord.Pids.NONE,
        end(thrown, dialect),
        null,
        phases(launcher.times()));
  }

  /** Of what did not come to be. */
  static ExitRecord.End end(Throwable thrown, Dialect dialect) {
    List<String> problems = new ArrayList<>();
    String reason = String.valueOf(thrown.getMessage());
    String remedy = "";
    if (thrown instanceof SpecProblemsException all) {
      for (SpecProblems.Problem problem : all.problems()) {
        problems.add(problem.in(dialect));
      }
      reason = "the options ask for what can't be had";
    } else if (thrown instanceof ExplainedException explained) {
      reason = explained.text().in(dialect);
      remedy = explained.remedy().in(dialect);
    }
    return new ExitRecord.End(
        word(End.Kind.NOT_STARTED),
        ExitCode.NOT_STARTED,
        -1,
        0,
        false,
        "",
        reason,
        remedy,
        null,
        problems);
  }

  private static ExitRecord record(
      Spec spec,
      Resolved resolved,
      LaunchPlan plan,
      long startedMillis,
      ExitRecord.Pids pids,
      ExitRecord.End end,
      ExitRecord.Usage usage,
      ExitRecord.Phases phases) {
    List<ExitRecord.Property> isolation = new ArrayList<>();
    if (plan != null) {
      for (Isolation.Property property : plan.isolation().properties()) {
        isolation.add(
            new ExitRecord.Property(
                property.aspect().key(), property.full(), property.value(), property.reason()));
      }
    }
    return new ExitRecord(
        spec == null ? "" : spec.id(),
        spec == null ? "" : spec.name(),
        resolved == null ? "" : resolved.root(),
        spec == null ? List.of() : spec.process().args(),
        startedMillis,
        System.currentTimeMillis(),
        pids,
        end,
        usage,
        spec == null ? List.of() : limits(spec),
        ids(plan, true),
        ids(plan, false),
        isolation,
        phases);
  }

  /** Of what came to its end. */
  static ExitRecord.End end(End end, Dialect dialect) {
    String cause = end.controlLost() ? "control-lost" : "own";
    if (!end.ran()) {
      cause = "";
    } else if (end.limit() != null) {
      cause = end.limit().cause();
    }
    End.Failure failure = end.failure();
    return new ExitRecord.End(
        word(end.kind()),
        end.exitCode(),
        end.code(),
        end.signal(),
        end.coreDumped(),
        cause,
        end.reason(),
        end.remedy().in(dialect),
        failure == null
            ? null
            : new ExitRecord.Failure(
                failure.step(), failure.object(), failure.errno(), failure.detail()),
        List.of());
  }

  private static String word(End.Kind kind) {
    return switch (kind) {
      case EXITED -> "exited";
      case KILLED -> "killed";
      case NOT_STARTED -> "not-started";
      case LOST -> "lost";
    };
  }

  private static ExitRecord.Usage usage(Spec spec, End.Usage usage) {
    Limits limits = spec.limits();
    boolean relayed = limits.relayOutput() || spec.process().terminal() != null;
    return new ExitRecord.Usage(
        usage.userMicros(),
        usage.systemMicros(),
        usage.maxRssKib(),
        usage.minorFaults(),
        usage.majorFaults(),
        usage.wallNanos(),
        limits.areWatched() ? usage.peakRssBytes() : -1,
        relayed ? usage.outputBytes() : -1);
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
      for (IdMapping mapping : plan.idMap(users)) {
        ids.add(new ExitRecord.Ids(mapping.inside(), mapping.outside(), mapping.count()));
      }
    }
    return ids;
  }

  private static ExitRecord.Phases phases(PhaseTimes times) {
    // Plan, set-up, run.
    long[] nanos = {-1, -1, -1};
    times.each(
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
            ? Math.max(0, times.start() - ChromeTrace.processStartNanos().getAsLong())
            : -1;
    return new ExitRecord.Phases(jvm, nanos[0], nanos[1], nanos[2]);
  }
}
