package io.nsrun.spec;

import java.util.Arrays;

/** Bytes as an immutable value. */
public final class Blob {
  public static final Blob EMPTY = new Blob(new byte[0]);

  private final byte[] bytes;

  private Blob(byte[] bytes) {
    this.bytes = bytes;
  }

  /** A copy of {@code bytes}. */
  public static Blob copyOf(byte[] bytes) {
    return new Blob(bytes.clone());
  }

  /** A copy of {@code length} bytes of {@code bytes} from {@code start}. */
  public static Blob copyOf(byte[] bytes, int start, int length) {
    return new Blob(Arrays.copyOfRange(bytes, start, start + length));
  }

  /** Number of bytes. */
  public int size() {
    return bytes.length;
  }

  /** A copy. */
  public byte[] toByteArray() {
    return bytes.clone();
  }

  /** The bytes as a string of {@link OsString}. */
  public String text() {
    return OsString.decode(bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Blob that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return bytes.length + " bytes";
  }
}
