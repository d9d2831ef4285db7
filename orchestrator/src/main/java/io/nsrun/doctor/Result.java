package io.nsrun.doctor;

/** Verdict of a probe. */
public enum Result {
  /** Nothing to do. */
  OK("ok"),
  /** The default {@code run} works, something else doesn't, or only with less isolation. */
  WARN("warn"),
  /** The default {@code run} can't work. */
  FAIL("fail"),
  /** It can't be seen from here. */
  UNKNOWN("unknown");

  private final String word;

  Result(String word) {
    this.word = word;
  }

  /** Lower-case word of tables and JSON; stable. */
  public String word() {
    return word;
  }
}
