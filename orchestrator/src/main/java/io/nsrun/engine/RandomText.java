package io.nsrun.engine;

import io.nsrun.state.RandomBytes;
import java.io.IOException;

/** Ids and names that nobody can guess. */
public final class RandomText {
  private RandomText() {}

  /** So many bytes, as twice as many hexadecimal digits. */
  public static String hex(int bytes) throws IOException {
    return RandomBytes.hex(bytes);
  }

  /** So many letters from a to z. */
  public static String letters(int count) throws IOException {
    return RandomBytes.letters(count);
  }
}
