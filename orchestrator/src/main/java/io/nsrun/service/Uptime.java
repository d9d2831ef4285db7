package io.nsrun.service;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Time since the machine's start, in the ticks of proc(5), of which there are 100 in a second. */
final class Uptime {
  /** Of proc_pid_stat(5), starttime, behind the program's name. */
  private static final int START = 19;

  private Uptime() {}

  /** Now, rounded down to a tick. */
  static long ticks() throws IOException {
    String text = text("/proc/uptime");
    String seconds = text.substring(0, text.indexOf(' '));
    int point = seconds.indexOf('.');
    return Long.parseLong(seconds.substring(0, point)) * 100
        + Long.parseLong(seconds.substring(point + 1));
  }

  /**
   * When a process was started.
   *
   * @param process its directory in /proc
   */
  static long ofStart(String process) throws IOException {
    String stat = text(process + "/stat");
    return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[START]);
  }

  private static String text(String path) throws IOException {
    try (FileInputStream in = new FileInputStream(path)) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    }
  }
}
