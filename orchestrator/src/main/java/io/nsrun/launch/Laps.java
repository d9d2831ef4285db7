package io.nsrun.launch;

import java.util.Arrays;

/**
 * Where the time of one thread goes: laps, each from the end of the one before. Costs next to
 * nothing, so that it is always on.
 */
public final class Laps {
  private final long start;
  private String[] names = new String[16];
  private long[] ends = new long[16];
  private int count;

  /**
   * @param start of the first lap, by {@link System#nanoTime}
   */
  public Laps(long start) {
    this.start = start;
  }

  /** When the first lap began, by {@link System#nanoTime}. */
  public long start() {
    return start;
  }

  /** Ends a lap now. */
  public synchronized void end(String name) {
    if (count == names.length) {
      names = Arrays.copyOf(names, 2 * count);
      ends = Arrays.copyOf(ends, 2 * count);
    }
    names[count] = name;
    ends[count] = System.nanoTime();
    count++;
  }

  /** Takes one lap. */
  public interface Visitor {
    /** A lap, by {@link System#nanoTime}. */
    void lap(String name, long startNanos, long endNanos);
  }

  /** Shows all laps in their order. */
  public synchronized void each(Visitor visitor) {
    long from = start;
    for (int i = 0; i < count; i++) {
      visitor.lap(names[i], from, ends[i]);
      from = ends[i];
    }
  }
}
