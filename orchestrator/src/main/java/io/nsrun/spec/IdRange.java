package io.nsrun.spec;

/**
 * A run of user or group ids: {@code start}, {@code start + 1}, ... ({@code count} of them).
 *
 * @param start first id
 * @param count number of ids
 */
public record IdRange(long start, long count) {
  /** First id after the range. */
  public long end() {
    return start + count;
  }

  /** Whether every id of {@code [first, first + n)} is in this range. */
  public boolean containsAll(long first, long n) {
    return first >= start && first + n <= end();
  }

  @Override
  public String toString() {
    return count == 1 ? Long.toString(start) : start + "-" + (end() - 1);
  }
}
