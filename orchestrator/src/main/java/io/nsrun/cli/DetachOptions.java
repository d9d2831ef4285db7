package io.nsrun.cli;

import io.nsrun.spec.Bytes;
import io.nsrun.spec.Decimal;
import io.nsrun.spec.Detached;
import io.nsrun.spec.RestartPolicy;
import io.nsrun.spec.RootSource;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecProblems;

/** Reads the options of a container that lives on. */
final class DetachOptions {
  private static final RunOption[] OF_LOG = {
    RunOption.LOG_DRIVER, RunOption.LOG_MAX_SIZE, RunOption.LOG_MAX_FILES
  };

  /** What has to be done in the end, when nobody is left to do it. */
  private static final RunOption[] AT_THE_END = {
    RunOption.RESULT, RunOption.TRACE, RunOption.EPHEMERAL_DIR
  };

  private final OptionValues values;
  private final SpecProblems problems;

  DetachOptions(OptionValues values, SpecProblems problems) {
    this.values = values;
    this.problems = problems;
  }

  /** Whether there are any that have no meaning without {@code -d}. */
  static boolean areGiven(OptionValues values) {
    for (RunOption option : OF_LOG) {
      if (values.has(option)) {
        return true;
      }
    }
    return values.has(RunOption.RESTART);
  }

  void apply(Spec.Builder spec, RootSource source) {
    if (!values.flag(RunOption.DETACH, false)) {
      for (RunOption option : OF_LOG) {
        if (values.has(option)) {
          problems.add(
              option.longName(),
              "there is no log of a container in the foreground",
              "redirect its output, or run it with -d");
        }
      }
      if (restart().restarts()) {
        problems.add(
            RunOption.RESTART.longName(),
            "nobody starts a container in the foreground again",
            "run it with -d");
      }
      return;
    }
    for (RunOption option : AT_THE_END) {
      if (values.has(option)) {
        problems.add(
            option.longName(),
            "nobody is left to do that when a container in the background ends",
            "leave one of the two out; 'nsrun inspect' tells how it ended");
      }
    }
    if (source instanceof RootSource.Archive archive
        && archive.path().equals(RootSource.Archive.STANDARD_INPUT)
        && values.flag(RunOption.INTERACTIVE, false)) {
      problems.add(RunOption.INTERACTIVE.longName(), "standard input has the archive", "");
    }
    boolean logs = isLogKept();
    boolean removed = values.flag(RunOption.RM, false);
    RestartPolicy restart = restart();
    if (removed && restart.restarts()) {
      problems.add(
          RunOption.RESTART.longName(),
          "what is removed when it ends can't start again",
          "leave one of --rm and --restart out");
    }
    spec.detached(new Detached(removed, size(), logs ? files() : 0, restart));
  }

  private RestartPolicy restart() {
    String text = values.value(RunOption.RESTART);
    RestartPolicy policy = text == null ? RestartPolicy.NEVER : RestartPolicy.parse(text);
    if (policy == null) {
      problems.add(
          RunOption.RESTART.longName(),
          "\"" + text + "\" is no policy",
          "no, on-failure, on-failure:N or always is expected");
      return RestartPolicy.NEVER;
    }
    return policy;
  }

  private boolean isLogKept() {
    String driver = values.value(RunOption.LOG_DRIVER);
    if (driver == null || driver.equals("k8s-file")) {
      return true;
    }
    if (!driver.equals("none")) {
      problems.add(
          RunOption.LOG_DRIVER.longName(),
          "\"" + driver + "\" is no driver",
          "k8s-file or none is expected");
    }
    return false;
  }

  private long size() {
    if (!values.has(RunOption.LOG_MAX_SIZE)) {
      return Detached.DEFAULT.logBytes();
    }
    try {
      Bytes size = Bytes.parse(values.value(RunOption.LOG_MAX_SIZE));
      if (size.value() > 0) {
        return size.value();
      }
      problems.add(RunOption.LOG_MAX_SIZE.longName(), "is 0", "--log-driver=none keeps no log");
    } catch (IllegalArgumentException e) {
      problems.add(RunOption.LOG_MAX_SIZE.longName(), e.getMessage(), "");
    }
    return Detached.DEFAULT.logBytes();
  }

  private int files() {
    String text = values.value(RunOption.LOG_MAX_FILES);
    if (text == null) {
      return Detached.DEFAULT.logFiles();
    }
    long count = Decimal.parse(text, Detached.MOST_FILES);
    if (count < 1) {
      problems.add(
          RunOption.LOG_MAX_FILES.longName(),
          "\"" + text + "\" is no number of files",
          "1 to " + Detached.MOST_FILES + " is expected");
      return Detached.DEFAULT.logFiles();
    }
    return (int) count;
  }
}
