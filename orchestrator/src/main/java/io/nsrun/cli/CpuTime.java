package io.nsrun.cli;

import java.util.Locale;

/** Time that processors have spent, for people. */
final class CpuTime {
  private CpuTime() {}

  /** Minutes, seconds and hundredths, as top(1) has them: {@code 0:01.25}. */
  static String text(long millis) {
    return String.format(
        Locale.ROOT, "%d:%02d.%02d", millis / 60_000, millis / 1000 % 60, millis / 10 % 100);
  }
}
