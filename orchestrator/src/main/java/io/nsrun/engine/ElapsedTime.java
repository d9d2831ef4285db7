package io.nsrun.engine;

/** How messages tell a time that has passed. */
public final class ElapsedTime {
  private ElapsedTime() {}

  /** Tenths of a second; {@code 0.05 s} rather than {@code 0.0 s}, and {@code 2 ms} below that. */
  public static String text(long nanos) {
    if (nanos < 10_000_000) {
      return Math.max(1, (nanos + 500_000) / 1_000_000) + " ms";
    }
    long hundredths = (nanos + 5_000_000) / 10_000_000;
    if (hundredths < 100) {
      return "0." + (hundredths < 10 ? "0" : "") + hundredths + " s";
    }
    long tenths = (nanos + 50_000_000) / 100_000_000;
    return tenths / 10 + "." + tenths % 10 + " s";
  }
}
