package io.nsrun.engine;

/** Exit codes of a program that stands for a container's command, as those of docker run. */
public final class ExitCode {
  /** The command succeeded, or what was asked for was done. */
  public static final int OK = 0;

  /**
   * The container could not be started, for a reason that is not the command's; or nsrun was used
   * wrongly.
   */
  public static final int NOT_STARTED = 125;

  /** The command is there, and can't be executed. */
  public static final int NOT_EXECUTABLE = 126;

  /** The command is not there. */
  public static final int NOT_FOUND = 127;

  private ExitCode() {}
}
