package io.nsrun.cli;

/** The exit codes that don't come from the command, as docker run has them. */
final class ExitCode {
  static final int OK = 0;

  /** nsrun itself failed, or was used wrongly. */
  static final int NSRUN = 125;

  /** The command was found, but can't be executed. */
  static final int NOT_EXECUTABLE = 126;

  static final int NOT_FOUND = 127;

  private ExitCode() {}
}
