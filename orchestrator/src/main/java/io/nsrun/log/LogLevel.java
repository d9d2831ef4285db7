package io.nsrun.log;

/** How much is told on standard error; each level tells what those before it do, and more. */
public enum LogLevel {
  ERROR,
  WARN,
  INFO,
  DEBUG,
  TRACE;

  private static volatile LogLevel current = WARN;

  /** The level of this JVM; {@link #WARN} unless it was set. */
  public static LogLevel current() {
    return current;
  }

  /** Sets the level of this JVM. */
  public static void set(LogLevel level) {
    current = level;
  }

  /**
   * Reads the name of a level; case does not matter.
   *
   * @return null if there is no such level
   */
  public static LogLevel parse(String text) {
    for (LogLevel level : values()) {
      if (level.name().equalsIgnoreCase(text)) {
        return level;
      }
    }
    return null;
  }

  /** Whether messages of {@code level} are told at this one. */
  public boolean covers(LogLevel level) {
    return compareTo(level) >= 0;
  }

  /** As messages have it: lower case. */
  String label() {
    return this == WARN ? "warning" : name().toLowerCase(java.util.Locale.ROOT);
  }
}
