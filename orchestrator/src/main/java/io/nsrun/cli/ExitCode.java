package io.nsrun.cli;

import io.nsrun.engine.ExitStatus;

/** The exit codes that don't come from a container. */
final class ExitCode {
  static final int OK = 0;

  /** nsrun itself failed, or was used wrongly. */
  static final int NSRUN = ExitStatus.NOT_STARTED;

  private ExitCode() {}
}
