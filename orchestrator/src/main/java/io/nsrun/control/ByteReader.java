package io.nsrun.control;

import io.nsrun.spec.Blob;
import io.nsrun.spec.OsString;

/** Takes little-endian numbers and strings out of one payload, and nothing beyond its end. */
final class ByteReader {
  private final byte[] bytes;
  private final int end;
  private int at;

  /** A reader of {@code length} bytes from {@code start}. */
  ByteReader(byte[] bytes, int start, int length) {
    this.bytes = bytes;
    this.at = start;
    this.end = start + length;
  }

  int u8() throws ProtocolException {
    need(1);
    return bytes[at++] & 0xff;
  }

  boolean bool() throws ProtocolException {
    int value = u8();
    if (value > 1) {
      throw new ProtocolException("a flag is " + value + " instead of 0 or 1");
    }
    return value == 1;
  }

  int u16() throws ProtocolException {
    int low = u8();
    return low | u8() << 8;
  }

  long u32() throws ProtocolException {
    long low = u16();
    return low | (long) u16() << 16;
  }

  /** 64 bits as they are. */
  long u64() throws ProtocolException {
    long low = u32();
    return low | u32() << 32;
  }

  /** Bytes with a length before them. */
  Blob blob() throws ProtocolException {
    int length = length();
    Blob blob = Blob.copyOf(bytes, at, length);
    at += length;
    return blob;
  }

  /** A string of {@link OsString}. */
  String str() throws ProtocolException {
    int length = length();
    need(length + 1);
    for (int i = 0; i < length; i++) {
      if (bytes[at + i] == 0) {
        throw new ProtocolException("a string has a NUL inside");
      }
    }
    if (bytes[at + length] != 0) {
      throw new ProtocolException("a string has no NUL at its end");
    }
    String text = OsString.decode(bytes, at, length);
    at += length + 1;
    return text;
  }

  void skip(int count) throws ProtocolException {
    need(count);
    at += count;
  }

  /** Checks that nothing is left. */
  void end() throws ProtocolException {
    if (at != end) {
      throw new ProtocolException((end - at) + " bytes too many");
    }
  }

  private int length() throws ProtocolException {
    long length = u32();
    if (length > end - at) {
      throw cutShort();
    }
    return (int) length;
  }

  private void need(int count) throws ProtocolException {
    if (count > end - at) {
      throw cutShort();
    }
  }

  private static ProtocolException cutShort() {
    return new ProtocolException("it is cut short");
  }
}
