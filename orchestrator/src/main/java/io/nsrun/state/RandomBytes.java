package io.nsrun.state;

import java.io.FileInputStream;
import java.io.IOException;

/**
 * Randomness straight from the kernel.
 *
 * <p>{@code SecureRandom} gives the same bytes, but loads the security providers first, which costs
 * more than the rest of a start.
 */
public final class RandomBytes {
  private static final String HEX = "0123456789abcdef";

  private RandomBytes() {}

  /**
   * Lower-case hexadecimal text of random bytes.
   *
   * @param bytes how many, at least 1; the text is twice as long
   * @throws IOException if /dev/urandom can't be read
   */
  public static String hex(int bytes) throws IOException {
    byte[] random = read(bytes);
    char[] text = new char[2 * bytes];
    for (int i = 0; i < bytes; i++) {
      text[2 * i] = HEX.charAt((random[i] >> 4) & 0xf);
      text[2 * i + 1] = HEX.charAt(random[i] & 0xf);
    }
    return new String(text);
  }

  /**
   * Random letters from a to z, each as likely as any other.
   *
   * @param length how many, at least 1
   * @throws IOException if /dev/urandom can't be read
   */
  public static String letters(int length) throws IOException {
    char[] text = new char[length];
    int filled = 0;
    while (filled < length) {
      for (byte b : read(2 * length)) {
        int value = b & 0xff;
        // 234 is the largest multiple of 26 in a byte: above it, 'a' to 'v' would come up more
        // often.
        if (value < 234 && filled < length) {
          text[filled++] = (char) ('a' + value % 26);
        }
      }
    }
    return new String(text);
  }

  private static byte[] read(int count) throws IOException {
    try (FileInputStream in = new FileInputStream("/dev/urandom")) {
      byte[] bytes = in.readNBytes(count);
      if (bytes.length != count) {
        throw new IOException("/dev/urandom ended early");
      }
      return bytes;
    }
  }
}
