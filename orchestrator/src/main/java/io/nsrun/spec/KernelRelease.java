package io.nsrun.spec;

import java.util.Optional;

/**
 * Release of a kernel.
 *
 * @param major e.g. 6
 * @param minor e.g. 1
 * @param text as the kernel gives it, e.g. {@code 6.1.0-28-amd64}
 */
public record KernelRelease(int major, int minor, String text) {
  private static final int MOST = 9999;

  /** Reads {@code major.minor} and what follows it; empty for another form. */
  public static Optional<KernelRelease> parse(String text) {
    String line = text.trim();
    int dot = digits(line, 0);
    int end = digits(line, dot + 1);
    if (dot >= line.length() || line.charAt(dot) != '.' || goesOn(line, end)) {
      return Optional.empty();
    }
    long major = Decimal.parse(line.substring(0, dot), MOST);
    long minor = Decimal.parse(line.substring(dot + 1, end), MOST);
    return major < 0 || minor < 0
        ? Optional.empty()
        : Optional.of(new KernelRelease((int) major, (int) minor, line));
  }

  /** Where the digits that begin at {@code start} end. */
  private static int digits(String text, int start) {
    int end = start;
    while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
      end++;
    }
    return end;
  }

  private static boolean goesOn(String text, int at) {
    return at < text.length()
        && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_');
  }

  /** Whether this release is the given one or a later one. */
  public boolean isAtLeast(int wantedMajor, int wantedMinor) {
    return major > wantedMajor || (major == wantedMajor && minor >= wantedMinor);
  }
}
