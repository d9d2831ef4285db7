package io.nsrun.api;

import io.nsrun.spec.Bytes;

/** A number of bytes, never negative. Immutable. */
public final class DataSize implements Comparable<DataSize> {
  private final long bytes;

  private DataSize(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("negative number of bytes: " + bytes);
    }
    this.bytes = bytes;
  }

  /**
   * {@return so many bytes}
   *
   * @param bytes 0 to 2^63-1
   * @throws IllegalArgumentException if it is negative
   */
  public static DataSize ofBytes(long bytes) {
    return new DataSize(bytes);
  }

  /**
   * {@return so many units of 1024 bytes}
   *
   * @param kibibytes 0 to 2^53-1
   * @throws IllegalArgumentException if it is negative
   * @throws ArithmeticException if it is larger
   */
  public static DataSize ofKibi(long kibibytes) {
    return new DataSize(Math.multiplyExact(kibibytes, 1L << 10));
  }

  /**
   * {@return so many units of 1024² bytes}
   *
   * @param mebibytes 0 to 2^43-1
   * @throws IllegalArgumentException if it is negative
   * @throws ArithmeticException if it is larger
   */
  public static DataSize ofMebi(long mebibytes) {
    return new DataSize(Math.multiplyExact(mebibytes, 1L << 20));
  }

  /**
   * {@return so many units of 1024³ bytes}
   *
   * @param gibibytes 0 to 2^33-1
   * @throws IllegalArgumentException if it is negative
   * @throws ArithmeticException if it is larger
   */
  public static DataSize ofGibi(long gibibytes) {
    return new DataSize(Math.multiplyExact(gibibytes, 1L << 30));
  }

  /** {@return the number of bytes, 0 to 2^63-1} */
  public long toBytes() {
    return bytes;
  }

  Bytes toSpec() {
    return new Bytes(bytes);
  }

  @Override
  public int compareTo(DataSize other) {
    return Long.compare(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DataSize that && bytes == that.bytes;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(bytes);
  }

  /** For people: {@code 64 MiB}, {@code 1.5 GiB}, {@code 100 bytes}. */
  @Override
  public String toString() {
    return toSpec().text();
  }
}
