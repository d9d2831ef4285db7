package io.nsrun.cli;

import io.nsrun.engine.Caller;
import io.nsrun.spec.OsString;
import java.io.IOException;

/**
 * The arguments as they were given.
 *
 * <p>Java decodes them with the locale's encoding: in the C locale, every byte of "ü" becomes
 * U+FFFD. The kernel still has the bytes.
 */
final class RawArguments {
  private RawArguments() {}

  /**
   * The same arguments as strings of {@link OsString}, read anew if Java may have lost anything.
   *
   * @param args what main was given
   */
  static String[] of(String[] args) {
    for (String arg : args) {
      // Everything beyond ASCII: a locale with another encoding maps bytes to wrong letters, not
      // only to U+FFFD.
      if (!OsString.isAscii(arg)) {
        return reread(args);
      }
    }
    return args;
  }

  private static String[] reread(String[] args) {
    byte[] line;
    try {
      line = Caller.commandLine();
    } catch (IOException e) {
      return args;
    }
    String[] raw = lastArguments(line, args.length);
    // A launcher may expand @files: then the kernel's arguments are others.
    return raw != null && sameAscii(raw, args) ? raw : args;
  }

  /**
   * The last {@code count} of the arguments in {@code line}, each ended by a NUL; null if there are
   * fewer.
   */
  private static String[] lastArguments(byte[] line, int count) {
    String[] raw = new String[count];
    int end = line.length;
    for (int i = count - 1; i >= 0; i--) {
      if (end == 0) {
        return null;
      }
      int start = end - 1;
      while (start > 0 && line[start - 1] != 0) {
        start--;
      }
      raw[i] = OsString.decode(line, start, end - 1 - start);
      end = start;
    }
    return raw;
  }

  private static boolean sameAscii(String[] raw, String[] args) {
    for (int i = 0; i < args.length; i++) {
      if (!ascii(raw[i]).equals(ascii(args[i]))) {
        return false;
      }
    }
    return true;
  }

  private static String ascii(String text) {
    StringBuilder result = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) <= 0x7f) {
        result.append(text.charAt(i));
      }
    }
    return result.toString();
  }
}
