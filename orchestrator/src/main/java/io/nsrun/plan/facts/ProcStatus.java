package io.nsrun.plan.facts;

import io.nsrun.spec.Decimal;
import io.nsrun.spec.IdMapping;
import io.nsrun.spec.IdMaps;
import io.nsrun.spec.IdRange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What /proc/self/status (proc_pid_status(5)) says about privileges.
 *
 * @param capabilities the effective ones
 */
record ProcStatus(
    long euid, long egid, List<Long> groups, long capabilities, boolean noNewPrivileges) {

  /**
   * Reads the text of the file.
   *
   * @throws IOException if a field is missing or malformed
   */
  static ProcStatus parse(byte[] text) throws IOException {
    String status = new String(text, StandardCharsets.ISO_8859_1);
    long[] uids = numbers(field(status, "Uid:"));
    long[] gids = numbers(field(status, "Gid:"));
    long[] groups = numbers(field(status, "Groups:"));
    if (uids.length < 2 || gids.length < 2) {
      throw new IOException("/proc/self/status has too few ids");
    }
    List<Long> groupList = new ArrayList<>(groups.length);
    for (int i = 0; i < groups.length; i++) {
      groupList.add(groups[i]);
    }
    long capabilities;
    try {
      capabilities = Long.parseUnsignedLong(field(status, "CapEff:").trim(), 16);
    } catch (NumberFormatException e) {
      throw new IOException("/proc/self/status has a malformed CapEff", e);
    }
    boolean noNewPrivileges = status.contains("\nNoNewPrivs:\t1");
    return new ProcStatus(uids[1], gids[1], groupList, capabilities, noNewPrivileges);
  }

  /**
   * The ids inside that the lines of /proc/self/uid_map or gid_map name.
   *
   * @throws IOException if a line is malformed
   */
  static List<IdRange> parseIdMap(byte[] text) throws IOException {
    List<IdRange> ranges = new ArrayList<>();
    for (IdMapping mapping : parseIdMappings(text)) {
      ranges.add(new IdRange(mapping.inside(), mapping.count()));
    }
    return ranges;
  }

  /** As {@link #parseIdMap}, with what each is outside. */
  static List<IdMapping> parseIdMappings(byte[] text) throws IOException {
    long[] numbers = numbers(new String(text, StandardCharsets.ISO_8859_1));
    if (numbers.length % 3 != 0) {
      throw new IOException("an id map has " + numbers.length + " numbers");
    }
    List<IdMapping> mappings = new ArrayList<>(numbers.length / 3);
    for (int i = 0; i < numbers.length; i += 3) {
      mappings.add(new IdMapping(numbers[i], numbers[i + 1], numbers[i + 2]));
    }
    return mappings;
  }

  private static String field(String status, String name) throws IOException {
    int start = status.indexOf("\n" + name);
    if (start < 0) {
      throw new IOException("/proc/self/status has no " + name);
    }
    start += name.length() + 1;
    int end = status.indexOf('\n', start);
    return status.substring(start, end < 0 ? status.length() : end);
  }

  /** Unsigned 32-bit decimal numbers between blanks. */
  private static long[] numbers(String text) throws IOException {
    long[] result = new long[4];
    int count = 0;
    int at = 0;
    while (at < text.length()) {
      if (isBlank(text.charAt(at))) {
        at++;
        continue;
      }
      int end = at;
      while (end < text.length() && !isBlank(text.charAt(end))) {
        end++;
      }
      long number = Decimal.parse(text.substring(at, end), IdMaps.UNSIGNED_MAX);
      if (number < 0) {
        throw new IOException("\"" + text.substring(at, end) + "\" in /proc/self is no id");
      }
      if (count == result.length) {
        result = Arrays.copyOf(result, 2 * count);
      }
      result[count++] = number;
      at = end;
    }
    return Arrays.copyOf(result, count);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\n';
  }
}
