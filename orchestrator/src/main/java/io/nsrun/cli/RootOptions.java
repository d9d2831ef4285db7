package io.nsrun.cli;

import io.nsrun.engine.Defaults;
import io.nsrun.spec.Root;
import io.nsrun.spec.RootSource;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.Writes;

/** The options that say where writes to the root filesystem go, and whether they stay. */
final class RootOptions {
  private final OptionValues values;
  private final String workingDirectory;
  private final SpecProblems problems;

  RootOptions(OptionValues values, String workingDirectory, SpecProblems problems) {
    this.values = values;
    this.workingDirectory = workingDirectory;
    this.problems = problems;
  }

  /**
   * The root file system; problems are added, not thrown.
   *
   * @param source what ROOTFS means; null if that could not be found out, a problem of its own
   */
  Root root(RootSource source) {
    String kept = directory(RunOption.OVERLAY_DIR, SpecField.OVERLAY_DIRECTORY);
    String forgotten = directory(RunOption.EPHEMERAL_DIR, SpecField.EPHEMERAL_DIRECTORY);
    if (!kept.isEmpty() && (!forgotten.isEmpty() || values.flag(RunOption.EPHEMERAL, false))) {
      problems.add(
          SpecField.OVERLAY_DIRECTORY,
          "keeps what " + (forgotten.isEmpty() ? "--ephemeral" : "--ephemeral-dir") + " forgets",
          "leave one of them out");
    }
    boolean readOnly = values.flag(RunOption.READ_ONLY, false);
    if (source == null) {
      return new Root(new RootSource.Directory("/"), Writes.IN_PLACE, readOnly);
    }
    if (!forgotten.isEmpty() && !values.flag(RunOption.EPHEMERAL, true)) {
      problems.add(
          SpecField.EPHEMERAL, "can't be false with --ephemeral-dir", "leave one of them out");
    }
    return new Root(source, writes(source, kept, forgotten, readOnly), readOnly);
  }

  private Writes writes(RootSource source, String kept, String forgotten, boolean readOnly) {
    if (!forgotten.isEmpty()) {
      return new Writes.ForgottenDirectory(forgotten);
    }
    if (!kept.isEmpty()) {
      return new Writes.KeptDirectory(kept);
    }
    Boolean ephemeral =
        values.has(RunOption.EPHEMERAL) ? values.flag(RunOption.EPHEMERAL, true) : null;
    boolean stays = values.flag(RunOption.DETACH, false) && !values.flag(RunOption.RM, false);
    return Defaults.writes(source, ephemeral, readOnly, stays, problems);
  }

  /** Absolute; empty if the option was not given, or is wrong. */
  private String directory(RunOption option, SpecField field) {
    String directory = values.value(option);
    if (directory == null) {
      return "";
    }
    if (directory.isEmpty()) {
      problems.add(field, "is empty", "name a directory, or leave it out");
      return "";
    }
    return directory.charAt(0) == '/' ? directory : workingDirectory + "/" + directory;
  }
}
