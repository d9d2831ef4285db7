package io.nsrun.cli;

import java.time.Duration;

/** Reads durations as people write them. */
final class Durations {
  private static final long LONGEST_SECONDS = 1_000_000_000;

  private Durations() {}

  /**
   * Reads {@code 10s}, {@code 1m30s}, {@code 2h}, {@code 1.5s}, {@code 250ms}, {@code 1d}; a number
   * alone counts seconds.
   *
   * @param text no sign, no spaces; resolution 1 ms, at most 10^9 seconds
   * @throws IllegalArgumentException with what is wrong with it
   */
  static Duration parse(String text) {
    long millis = 0;
    int at = 0;
    int smallest = Integer.MAX_VALUE;
    while (at < text.length()) {
      int numberEnd = at;
      while (numberEnd < text.length() && isNumber(text.charAt(numberEnd))) {
        numberEnd++;
      }
      int unitEnd = numberEnd;
      while (unitEnd < text.length() && !isNumber(text.charAt(unitEnd))) {
        unitEnd++;
      }
      String unit = text.substring(numberEnd, unitEnd);
      int unitMillis = unit.isEmpty() && at == 0 ? 1000 : unitMillis(unit);
      long part = millis(text.substring(at, numberEnd), unitMillis);
      // Each unit once, from large to small: 1m30s, and not 30s1m.
      if (part < 0 || unitMillis == 0 || unitMillis >= smallest) {
        throw bad(text);
      }
      smallest = unitMillis;
      millis += part;
      at = unitEnd;
    }
    if (text.isEmpty() || millis > LONGEST_SECONDS * 1000) {
      throw bad(text);
    }
    return Duration.ofMillis(millis);
  }

  private static IllegalArgumentException bad(String text) {
    return new IllegalArgumentException(
        "\""
            + text
            + "\" is no duration: a number with d, h, m, s or ms is expected, as in 1m30s, or seconds alone");
  }

  private static boolean isNumber(char c) {
    return (c >= '0' && c <= '9') || c == '.';
  }

  private static int unitMillis(String unit) {
    return switch (unit) {
      case "ms" -> 1;
      case "s" -> 1000;
      case "m" -> 60_000;
      case "h" -> 3_600_000;
      case "d" -> 86_400_000;
      default -> 0;
    };
  }

  /** The number in units, as milliseconds rounded up; -1 if it is none. */
  private static long millis(String number, int unitMillis) {
    long whole = 0;
    long fraction = 0;
    long scale = 1;
    int digits = 0;
    boolean afterPoint = false;
    for (int i = 0; i < number.length(); i++) {
      char c = number.charAt(i);
      if (c == '.') {
        if (afterPoint) {
          return -1;
        }
        afterPoint = true;
      } else if (!afterPoint) {
        digits++;
        whole = whole * 10 + (c - '0');
        if (whole > LONGEST_SECONDS * 1000) {
          return -1;
        }
      } else {
        digits++;
        if (scale < 1_000_000_000) {
          scale *= 10;
          fraction = fraction * 10 + (c - '0');
        }
      }
    }
    if (digits == 0) {
      return -1;
    }
    return whole * unitMillis + (fraction * unitMillis + scale - 1) / scale;
  }
}
