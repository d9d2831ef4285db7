package io.nsrun.cli;

/**
 * What {@code bin/nsrun} has a JVM do once, so that later ones find its classes in an archive: the
 * commands whose start somebody waits for. What it unpacks stays in NSRUN_HOME.
 */
final class Training {
  private static final String NAME = "training";

  private static final String[][] COMMANDS = {
    {"run", "busybox", "true"},
    {"run", "-d", "--name", NAME, "busybox", "sleep", "1000"},
    {"ps"},
    {"exec", NAME, "true"},
    {"logs", NAME},
    {"inspect", NAME},
    {"stop", "-t", "0", NAME},
    {"start", NAME},
    {"top", NAME},
    {"cp", NAME + ":/etc/passwd", "-"},
    {"diff", NAME},
    {"restart", "-t", "0", NAME},
    {"rm", "-f", NAME},
    {"create", "--name", NAME, "busybox", "true"},
    {"start", "-a", NAME},
    {"rm", "-f", NAME},
  };

  private Training() {}

  /** Runs them all, whatever comes of each. */
  public static void main(String[] args) {
    for (String[] command : COMMANDS) {
      Main.run(command);
    }
  }
}
