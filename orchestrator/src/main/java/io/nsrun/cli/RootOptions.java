package io.nsrun.cli;

import io.nsrun.launch.EphemeralDirectory;
import io.nsrun.rootfs.RootfsResolver;
import io.nsrun.spec.Root;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;

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
   * @param directory of the root filesystem; {@code /} if it is the host's
   * @param kind what ROOTFS meant; null if that could not be found out, a problem of its own
   * @param id of the container; a directory of its own is named after it
   */
  Root root(String directory, RootfsResolver.Kind kind, String id) {
    boolean host = values.flag(RunOption.ROOTFS_HOST, false);
    boolean embedded = kind == RootfsResolver.Kind.EMBEDDED;
    String overlay = directory(RunOption.OVERLAY_DIR, SpecField.OVERLAY_DIRECTORY);
    String ephemeral = directory(RunOption.EPHEMERAL_DIR, SpecField.EPHEMERAL_DIRECTORY);
    if (!overlay.isEmpty() && (!ephemeral.isEmpty() || values.flag(RunOption.EPHEMERAL, false))) {
      problems.add(
          SpecField.OVERLAY_DIRECTORY,
          "keeps what " + (ephemeral.isEmpty() ? "--ephemeral" : "--ephemeral-dir") + " forgets",
          "leave one of them out");
    }
    boolean forgets = host && values.flag(RunOption.EPHEMERAL, false);
    boolean readOnly = (host && !forgets) || values.flag(RunOption.READ_ONLY, false);
    if (kind == null) {
      return new Root(directory, host, readOnly, false, false);
    }
    if (ephemeral.isEmpty()) {
      return new Root(
          directory, host, readOnly, inMemory(kind, !overlay.isEmpty()), embedded, overlay);
    }
    if (!values.flag(RunOption.EPHEMERAL, true)) {
      problems.add(
          SpecField.EPHEMERAL, "can't be false with --ephemeral-dir", "leave one of them out");
    }
    String changes = EphemeralDirectory.path(ephemeral, id);
    return new Root(directory, host, readOnly, true, embedded, changes);
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

  private boolean inMemory(RootfsResolver.Kind kind, boolean kept) {
    if (kept) {
      return false;
    }
    if (!kind.isStored()) {
      return values.flag(RunOption.EPHEMERAL, false);
    }
    // Mount points that are made would stay for all others.
    if (values.flag(RunOption.READ_ONLY, false)) {
      return values.flag(RunOption.EPHEMERAL, true);
    }
    if (!values.flag(RunOption.EPHEMERAL, true)) {
      problems.add(
          SpecField.EPHEMERAL,
          "can't be false: all containers of this ROOTFS start from the same files",
          "unpack it into a directory of your own, and name that");
    }
    return true;
  }
}
