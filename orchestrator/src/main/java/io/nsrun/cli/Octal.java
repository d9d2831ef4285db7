package io.nsrun.cli;

/** Octal numbers, as file modes are written. */
final class Octal {
  private Octal() {}

  /**
   * Reads {@code 755} or {@code 0755}.
   *
   * @throws IllegalArgumentException if it is no octal number, or above {@code max}
   */
  static int parse(String text, int max) {
    int value = 0;
    for (int i = 0; i < text.length() && value >= 0; i++) {
      char c = text.charAt(i);
      value = c < '0' || c > '7' ? -1 : value * 8 + (c - '0');
      if (value > max) {
        value = -1;
      }
    }
    if (value < 0 || text.isEmpty()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no octal number from 0 to 0" + Integer.toOctalString(max));
    }
    return value;
  }
}
