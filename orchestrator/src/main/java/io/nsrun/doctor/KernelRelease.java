package io.nsrun.doctor;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Release of a kernel.
 *
 * @param major e.g. 6
 * @param minor e.g. 1
 * @param text as the kernel gives it, e.g. {@code 6.1.0-28-amd64}
 */
public record KernelRelease(int major, int minor, String text) {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,4})\\.([0-9]{1,4})\\b.*");

  static Optional<KernelRelease> parse(String text) {
    String line = text.trim();
    Matcher matcher = FORM.matcher(line);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        new KernelRelease(
            Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)), line));
  }

  /** Whether this release is the given one or a later one. */
  public boolean isAtLeast(int wantedMajor, int wantedMinor) {
    return major > wantedMajor || (major == wantedMajor && minor >= wantedMinor);
  }
}
