package io.nsrun.spec;

import java.util.Locale;

/**
 * A number of bytes, never negative.
 *
 * @param value bytes, 0 to 2^63-1
 */
public record Bytes(long value) {
  /** No bytes at all; as a limit it means "the kernel's default". */
  public static final Bytes ZERO = new Bytes(0);

  public Bytes {
    if (value < 0) {
      throw new IllegalArgumentException("negative number of bytes: " + value);
    }
  }

  /** {@code n} binary megabytes. */
  public static Bytes ofMebi(long n) {
    return new Bytes(Math.multiplyExact(n, 1L << 20));
  }

  /**
   * Reads a size as {@code docker run} does: digits and an optional unit {@code b}, {@code k},
   * {@code m}, {@code g} or {@code t}, in powers of 1024; {@code kb} and {@code kib} are the same
   * as {@code k}. Case does not matter.
   *
   * @throws IllegalArgumentException if {@code text} is no such size, or one above 2^63-1 bytes
   */
  public static Bytes parse(String text) {
    String lower = text.trim().toLowerCase(Locale.ROOT);
    int digits = 0;
    while (digits < lower.length() && lower.charAt(digits) >= '0' && lower.charAt(digits) <= '9') {
      digits++;
    }
    int shift =
        switch (lower.substring(digits)) {
          case "", "b" -> 0;
          case "k", "kb", "kib" -> 10;
          case "m", "mb", "mib" -> 20;
          case "g", "gb", "gib" -> 30;
          case "t", "tb", "tib" -> 40;
          default -> -1;
        };
    if (digits == 0 || shift < 0) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no size: digits and one of b, k, m, g, t are expected, as in 64m");
    }
    try {
      return new Bytes(Math.multiplyExact(Long.parseLong(lower.substring(0, digits)), 1L << shift));
    } catch (NumberFormatException | ArithmeticException e) {
      throw new IllegalArgumentException("\"" + text + "\" is more than 2^63-1 bytes", e);
    }
  }

  /** The number for people: {@code 64 MiB}, {@code 1.5 GiB}, {@code 100 bytes}. */
  public String text() {
    String[] units = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    int unit = 0;
    long whole = value;
    long rest = 0;
    while (whole >= 1024 && unit < units.length - 1) {
      rest = whole & 1023;
      whole >>= 10;
      unit++;
    }
    long tenths = rest * 10 / 1024;
    return whole + (tenths == 0 ? "" : "." + tenths) + " " + units[unit];
  }
}
