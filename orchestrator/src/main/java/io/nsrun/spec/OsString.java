package io.nsrun.spec;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/**
 * What the kernel has as bytes without an encoding (arguments, variables, paths, names), as
 * strings, and back without a loss.
 *
 * <p>Bytes that are UTF-8 are the letters they mean. Every other byte, 0x80 to 0xff, is one of
 * U+DC80 to U+DCFF, a lone surrogate, which no UTF-8 stands for. So two strings are the same if and
 * only if their bytes are, and cutting or joining them at ASCII letters cuts and joins the bytes.
 * Python calls this surrogateescape (PEP 383).
 */
public final class OsString {
  private static final char FIRST = '\udc80';
  private static final char LAST = '\udcff';

  private OsString() {}

  /** The string for all of {@code bytes}. */
  public static String decode(byte[] bytes) {
    return decode(bytes, 0, bytes.length);
  }

  /** The string for {@code length} of the bytes from {@code start}. */
  public static String decode(byte[] bytes, int start, int length) {
    String text = new String(bytes, start, length, StandardCharsets.UTF_8);
    return text.indexOf('\ufffd') < 0 ? text : escape(bytes, start, length);
  }

  /** There may be bytes that are no UTF-8, or just this letter. */
  private static String escape(byte[] bytes, int start, int length) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes, start, length);
    CharBuffer out = CharBuffer.allocate(length);
    CoderResult result = decoder.decode(in, out, true);
    while (result.isError()) {
      // One at a time: what comes after it may be UTF-8.
      out.put((char) (0xdc00 | (in.get() & 0xff)));
      result = decoder.decode(in, out, true);
    }
    return out.flip().toString();
  }

  /** The bytes that a string stands for. */
  public static byte[] encode(String text) {
    int escaped = nextEscape(text, 0);
    if (escaped == text.length()) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length() + 16);
    int start = 0;
    while (start < text.length()) {
      bytes.writeBytes(text.substring(start, escaped).getBytes(StandardCharsets.UTF_8));
      if (escaped < text.length()) {
        bytes.write(text.charAt(escaped));
      }
      start = escaped + 1;
      escaped = nextEscape(text, start);
    }
    return bytes.toByteArray();
  }

  /** Where the next byte that is no UTF-8 stands in the string; its length if there is none. */
  private static int nextEscape(String text, int from) {
    int at = from;
    while (at < text.length() && !isEscape(text, at)) {
      at++;
    }
    return Math.min(at, text.length());
  }

  /** Whether the letter stands for a byte that is no UTF-8. */
  static boolean isEscape(String text, int at) {
    char letter = text.charAt(at);
    return letter >= FIRST
        && letter <= LAST
        && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
  }

  /** Whether every letter is of ASCII, so that no locale's encoding can have changed it. */
  public static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) > 0x7f) {
        return false;
      }
    }
    return true;
  }
}
