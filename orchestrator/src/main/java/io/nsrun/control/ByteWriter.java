package io.nsrun.control;

import io.nsrun.spec.OsString;
import java.util.Arrays;

/** Puts little-endian numbers and strings into a buffer that grows up to the largest frame. */
final class ByteWriter {
  /** A frame with its header, and a HELLO before it. */
  private static final int MAX_BYTES = Frames.MAX_PAYLOAD_TO_NSINIT + 4 * Frames.HEADER_BYTES;

  private byte[] bytes;
  private int size;

  ByteWriter(int expectedBytes) {
    bytes = new byte[expectedBytes];
  }

  int size() {
    return size;
  }

  byte[] buffer() {
    return bytes;
  }

  byte[] toByteArray() {
    return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
  }

  void u8(int value) {
    reserve(1);
    bytes[size++] = (byte) value;
  }

  void bool(boolean value) {
    u8(value ? 1 : 0);
  }

  /** Writes a number that the caller knows to be in 0-65535. */
  void u16(int value) {
    if (value < 0 || value > 0xffff) {
      throw new EncodingException("the number " + value + " does not fit into 16 bits", "");
    }
    reserve(2);
    putU16(size, value);
    size += 2;
  }

  /** Writes a number of 0-4294967295. */
  void u32(long value) {
    if (value < 0 || value > 0xffff_ffffL) {
      throw new EncodingException("the number " + value + " does not fit into 32 bits", "");
    }
    reserve(4);
    putU32(size, value);
    size += 4;
  }

  /** Writes 64 bits as they are. */
  void u64(long value) {
    reserve(8);
    putU32(size, value);
    putU32(size + 4, value >>> 32);
    size += 8;
  }

  void blob(byte[] value) {
    u32(value.length);
    reserve(value.length);
    System.arraycopy(value, 0, bytes, size, value.length);
    size += value.length;
  }

  /** Some bytes as they are, without their number. */
  void bytes(byte[] from, int start, int length) {
    reserve(length);
    System.arraycopy(from, start, bytes, size, length);
    size += length;
  }

  void str(String value) {
    if (value.indexOf(0) >= 0) {
      throw new EncodingException("a NUL character in " + quote(value), "remove it");
    }
    blob(OsString.encode(value));
    u8(0);
  }

  /** Starts a frame and tells where; {@link #endFrame} wants to know. */
  int beginFrame(int type) {
    int start = size;
    u32(0);
    u16(type);
    return start;
  }

  void endFrame(int start) {
    int payload = size - start - Frames.HEADER_BYTES;
    if (payload > Frames.MAX_PAYLOAD_TO_NSINIT) {
      throw tooLong();
    }
    putU32(start, payload);
  }

  void putU16(int at, int value) {
    bytes[at] = (byte) value;
    bytes[at + 1] = (byte) (value >>> 8);
  }

  void putU32(int at, long value) {
    putU16(at, (int) value);
    putU16(at + 2, (int) (value >>> 16));
  }

  private void reserve(int more) {
    if (more > MAX_BYTES - size) {
      throw tooLong();
    }
    if (size + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(size + more, Math.min(2 * bytes.length, MAX_BYTES)));
    }
  }

  private static EncodingException tooLong() {
    return new EncodingException(
        "more than the " + Frames.MAX_PAYLOAD_TO_NSINIT + " bytes that a frame may have",
        "shorten the arguments or the environment");
  }

  private static String quote(String value) {
    String start = value.substring(0, Math.min(value.length(), 40)).replace("\0", "\\0");
    return '"' + start + (value.length() > 40 ? "...\"" : "\"");
  }

  /** Something can't be put into a frame. */
  static final class EncodingException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String remedy;

    EncodingException(String message, String remedy) {
      super(message);
      this.remedy = remedy;
    }

    String remedy() {
      return remedy;
    }
  }
}
