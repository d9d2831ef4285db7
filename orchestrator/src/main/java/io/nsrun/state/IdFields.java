package io.nsrun.state;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Path;

/** Reads the numbers of files such as /etc/passwd and /etc/subuid, and nothing else of them. */
final class IdFields {
  private static final int BUFFER_BYTES = 8192;

  /** The field after the name and the password (passwd(5), group(5)). */
  private static final int ID_FIELD = 2;

  /** Larger than any id, and far from an overflow. */
  private static final long TOO_LARGE = 1L << 40;

  /** Gets what was found. */
  interface Sink {
    /**
     * Takes a run of ids.
     *
     * @param start first id
     * @param count how many
     */
    void found(long start, long count);
  }

  private IdFields() {}

  /** The third fields of {@code name:password:id:...}; none if there is no such file. */
  static void ids(Path file, Sink sink) throws IOException {
    read(file, ID_FIELD, -1, sink);
  }

  /** The ranges of {@code name:start:count}; none if there is no such file. */
  static void ranges(Path file, Sink sink) throws IOException {
    read(file, 1, 2, sink);
  }

  private static void read(Path file, int startField, int countField, Sink sink)
      throws IOException {
    byte[] bytes = new byte[BUFFER_BYTES];
    try (FileInputStream in = new FileInputStream(file.toFile())) {
      int field = 0;
      long number = -1;
      long start = -1;
      int n;
      while ((n = in.read(bytes, 0, bytes.length)) > 0) {
        for (int i = 0; i < n; i++) {
          byte c = bytes[i];
          if (c != ':' && c != '\n') {
            number = next(number, c);
            continue;
          }
          if (field == startField) {
            start = number;
          }
          if (start >= 0 && field == (countField < 0 ? startField : countField)) {
            sink.found(start, countField < 0 ? 1 : Math.max(number, 0));
          }
          number = -1;
          field = c == ':' ? field + 1 : 0;
          start = c == ':' ? start : -1;
        }
      }
      // A last line without an end.
      if (field == countField && start >= 0) {
        sink.found(start, Math.max(number, 0));
      } else if (countField < 0 && field == startField && number >= 0) {
        sink.found(number, 1);
      }
    } catch (FileNotFoundException e) {
      // Missing, as in a minimal system: nobody has an id by it.
      return;
    }
  }

  /** -1 before the first character, -2 once one was no digit. */
  private static long next(long number, byte c) {
    if (c < '0' || c > '9' || number == -2) {
      return -2;
    }
    return Math.min((number < 0 ? 0 : number * 10) + (c - '0'), TOO_LARGE);
  }
}
