package io.nsrun.spec;

import java.io.FileInputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** The variables that this JVM was started with, as strings of {@link OsString}. */
public final class OsEnvironment {
  private static final String FILE = "/proc/self/environ";

  private OsEnvironment() {}

  /**
   * All variables. Java decodes them with the encoding of the locale; where there is anything but
   * ASCII, the kernel is asked for their bytes.
   */
  public static Map<String, String> variables() {
    Map<String, String> decoded = System.getenv();
    for (Map.Entry<String, String> variable : decoded.entrySet()) {
      if (!OsString.isAscii(variable.getKey()) || !OsString.isAscii(variable.getValue())) {
        return read(decoded);
      }
    }
    return decoded;
  }

  private static Map<String, String> read(Map<String, String> otherwise) {
    try (FileInputStream in = new FileInputStream(FILE)) {
      return parse(in.readAllBytes());
    } catch (IOException e) {
      // Who may not read it can't be traced: what Java made of it is all there is.
      return otherwise;
    }
  }

  /**
   * The variables of {@code NAME=VALUE} words that end with a NUL each; the first of a name wins.
   */
  static Map<String, String> parse(byte[] block) {
    Map<String, String> variables = new HashMap<>();
    int start = 0;
    while (start < block.length) {
      int end = start;
      int equals = -1;
      while (end < block.length && block[end] != 0) {
        // As the JDK: a name may begin with an equals sign.
        if (block[end] == '=' && equals < 0 && end > start) {
          equals = end;
        }
        end++;
      }
      if (equals >= 0) {
        variables.putIfAbsent(
            OsString.decode(block, start, equals - start),
            OsString.decode(block, equals + 1, end - equals - 1));
      }
      start = end + 1;
    }
    return variables;
  }
}
