package io.nsrun.cli;

/** How wide a text for people may be. */
final class OutputWidth {
  private static final int MIN = 40;
  private static final int MAX = 100;

  private OutputWidth() {}

  /**
   * Columns of the caller's terminal if the variable COLUMNS tells them, but 40 at least, and 100
   * at most: longer lines are hard to read.
   */
  static int columns(String variable) {
    if (variable == null || !variable.matches("[0-9]{1,4}")) {
      return MAX;
    }
    return Math.max(MIN, Math.min(MAX, Integer.parseInt(variable)));
  }
}
