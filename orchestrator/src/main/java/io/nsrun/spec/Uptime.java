package io.nsrun.spec;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Time since the machine's start, suspended time included, in ticks of proc(5), 10 ms each. */
public final class Uptime {
  public static final long NANOS_OF_TICK = 10_000_000;

  private static final int TICKS_OF_SECOND = 100;

  /** Of proc_pid_stat(5), which numbers them from 1; the third one is behind the name. */
  private static final int START = 22 - 3;

  private Uptime() {}

  /** Now, rounded down. */
  public static long ticks() throws IOException {
    String text = text("/proc/uptime");
    String seconds = text.substring(0, text.indexOf(' '));
    int point = seconds.indexOf('.');
    return Long.parseLong(seconds.substring(0, point)) * TICKS_OF_SECOND
        + Long.parseLong(seconds.substring(point + 1));
  }

  /**
   * When a process was started.
   *
   * @param process its directory in /proc
   */
  public static long ofStart(String process) throws IOException {
    String stat = text(process + "/stat");
    // The name may hold blanks and brackets.
    return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[START]);
  }

  private static String text(String path) throws IOException {
    try (FileInputStream in = new FileInputStream(path)) {
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }
}
