package io.nsrun.launch;

import java.util.Arrays;

/**
 * Where the time of one thread goes: phases, each from the end of the one before. Costs next to
 * nothing, so that it is always on.
 */
public final class PhaseTimes {
  private final long start;
  private String[] names = new String[16];
  private long[] ends = new long[16];
  private int count;

  /**
   * @param start of the first phase, by {@link System#nanoTime}
   */
  public PhaseTimes(long start) {
    this.start = start;
  }

  /** When the first phase began, by {@link System#nanoTime}. */
  public long start() {
    return start;
  }

  /** Ends a phase now. */
  public synchronized void end(String name) {
    if (count == names.length) {
      names = Arrays.copyOf(names, 2 * count);
      ends = Arrays.copyOf(ends, 2 * count);
    }
    names[count] = name;
    ends[count] = System.nanoTime();
    count++;
  }

  /** Takes one phase. */
  public interface Visitor {
    /** A phase, by {@link System#nanoTime}. */
    void phase(String name, long startNanos, long endNanos);
  }

  /** Shows all phases in their order. */
  public synchronized void each(Visitor visitor) {
    long from = start;
    for (int i = 0; i < count; i++) {
      visitor.phase(names[i], from, ends[i]);
      from = ends[i];
    }
  }
}
