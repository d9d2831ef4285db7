package io.nsrun.container;

import java.util.List;

/** What /proc/PID/status tells about privileges. */
record Status(
    long inheritable,
    long permitted,
    long effective,
    long bounding,
    long ambient,
    boolean noNewPrivileges) {
  static Status parse(List<String> lines) {
    return new Status(
        hex(lines, "CapInh"),
        hex(lines, "CapPrm"),
        hex(lines, "CapEff"),
        hex(lines, "CapBnd"),
        hex(lines, "CapAmb"),
        value(lines, "NoNewPrivs").equals("1"));
  }

  private static long hex(List<String> lines, String key) {
    return Long.parseUnsignedLong(value(lines, key), 16);
  }

  private static String value(List<String> lines, String key) {
    for (String line : lines) {
      if (line.startsWith(key + ":")) {
        return line.substring(key.length() + 1).strip();
      }
    }
    throw new AssertionError("no " + key + " in " + lines);
  }
}
