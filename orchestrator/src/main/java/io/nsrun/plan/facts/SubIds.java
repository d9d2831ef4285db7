package io.nsrun.plan.facts;

import io.nsrun.spec.Decimal;
import io.nsrun.spec.IdMaps;
import io.nsrun.spec.IdRange;
import io.nsrun.spec.OsString;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The files of subordinate ids (subuid(5), subgid(5)). */
final class SubIds {
  private SubIds() {}

  /**
   * The ranges of one user, by name or number; none if there is no such file. Lines that are not of
   * the form {@code user:start:count} are skipped, as newuidmap(1) does.
   *
   * @throws IOException if the file is there but can't be read, or is longer than 16 MiB
   */
  static List<IdRange> read(String file, String name, long uid) throws IOException {
    byte[] text;
    try {
      text = SmallFile.read(file);
    } catch (FileNotFoundException e) {
      return List.of();
    }
    return parse(OsString.decode(text), name, uid);
  }

  static List<IdRange> parse(String text, String name, long uid) {
    String number = Long.toString(uid);
    List<IdRange> ranges = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      int end = text.indexOf('\n', at);
      if (end < 0) {
        end = text.length();
      }
      int first = colon(text, at, end);
      int second = colon(text, first + 1, end);
      if (second < end) {
        String user = text.substring(at, first);
        if (user.equals(name) || user.equals(number)) {
          add(ranges, text.substring(first + 1, second), text.substring(second + 1, end));
        }
      }
      at = end + 1;
    }
    return ranges;
  }

  /** The next colon before {@code end}, or that: looking further would take time for each line. */
  private static int colon(String text, int from, int end) {
    int at = from;
    while (at < end && text.charAt(at) != ':') {
      at++;
    }
    return Math.min(at, end);
  }

  private static void add(List<IdRange> ranges, String startText, String countText) {
    long start = Decimal.parse(startText, IdMaps.MAX_ID);
    long count = Decimal.parse(countText, IdMaps.UNSIGNED_MAX);
    if (start >= 0 && count > 0 && start + count <= IdMaps.UNSIGNED_MAX) {
      ranges.add(new IdRange(start, count));
    }
  }
}
