package io.nsrun.spec;

/** Decimal numbers as ids and counts are written: ASCII digits and nothing else. */
public final class Decimal {
  private Decimal() {}

  /**
   * Reads an unsigned decimal number. Unlike {@link Long#parseLong(String)} it takes no sign and no
   * digits of other scripts: {@code +0} or {@code -0} as a user would be misread as root.
   *
   * @param max largest number allowed, below 2^59
   * @return the number, or -1 if {@code text} is empty, has another character, or exceeds {@code
   *     max}
   */
  public static long parse(String text, long max) {
    int length = text.length();
    if (length == 0) {
      return -1;
    }
    long value = 0;
    for (int i = 0; i < length; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
      if (value > max) {
        return -1;
      }
    }
    return value;
  }
}
