package io.nsrun.rootfs;

import java.util.Arrays;

/** Where a file has something else than holes: pieces in order, apart from one another. */
public final class Extents {
  static final Extents NONE = new Extents(new long[0], 0);

  private final long[] numbers;
  private final int count;

  /**
   * @param numbers offsets and lengths in turn; they are not copied
   * @param count of pieces
   */
  Extents(long[] numbers, int count) {
    this.numbers = numbers;
    this.count = count;
  }

  /** How many pieces there are. */
  int count() {
    return count;
  }

  long offset(int piece) {
    return numbers[2 * piece];
  }

  /** In bytes, at least 1. */
  long length(int piece) {
    return numbers[2 * piece + 1];
  }

  /** Where the last one ends; 0 if there is none. */
  long end() {
    return count == 0 ? 0 : offset(count - 1) + length(count - 1);
  }

  /** Bytes of all together. */
  long bytes() {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += length(i);
    }
    return sum;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Extents extents
        && Arrays.equals(numbers, 0, 2 * count, extents.numbers, 0, 2 * extents.count);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(numbers);
  }
}
