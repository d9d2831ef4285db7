package io.nsrun.state;

import java.util.List;

/**
 * What is kept of a container that ended: how, after how long, and how isolated it had been.
 *
 * @param id 64 hexadecimal digits
 * @param name what messages called it
 * @param rootfs directory on the host
 * @param command the command and its arguments
 * @param startedMillis when the command was started, milliseconds since 1970 UTC; 0 if it never was
 * @param endedMillis when the record was made, milliseconds since 1970 UTC
 * @param end how it ended
 * @param usage what it used; null if the command was never started, or it is not known
 * @param isolation how each property came out
 */
public record ExitRecord(
    String id,
    String name,
    String rootfs,
    List<String> command,
    long startedMillis,
    long endedMillis,
    End end,
    Usage usage,
    List<Property> isolation) {
  /** Name of the file, in a directory named after the id. */
  public static final String FILE = "record.json";

  public ExitRecord {
    command = List.copyOf(command);
    isolation = List.copyOf(isolation);
  }

  /**
   * How it ended. Code and signal are kept apart: a shell shows 137 for both exit(137) and SIGKILL.
   *
   * @param kind {@code exited}, {@code killed}, {@code not-started} or {@code lost}
   * @param code of {@code exited}, 0-255; else -1
   * @param signal of {@code killed}, 1-64; else 0
   * @param coreDumped whether the kernel wrote a core file
   * @param cause {@code own}, {@code control-lost}, or the limit it ran into: {@code timeout},
   *     {@code memory}, {@code cpu-time}, {@code processes} or {@code output}; empty if the command
   *     was never started
   * @param reason of {@code not-started} and {@code lost}: the message; else empty
   */
  public record End(
      String kind, int code, int signal, boolean coreDumped, String cause, String reason) {}

  /**
   * Resources used by the command and its children, getrusage(2).
   *
   * @param userMicros CPU time in user mode, microseconds
   * @param systemMicros CPU time in kernel mode, microseconds
   * @param maxRssKib largest resident set, KiB
   * @param minorFaults page faults without I/O
   * @param majorFaults page faults with I/O
   * @param wallNanos from the start of the command to its end, nanoseconds
   */
  public record Usage(
      long userMicros,
      long systemMicros,
      long maxRssKib,
      long minorFaults,
      long majorFaults,
      long wallNanos) {}

  /**
   * One property of the isolation.
   *
   * @param aspect which one
   * @param full whether it was as good as the secure default
   * @param value what there was
   * @param reason why it was not more; empty if {@code full}
   */
  public record Property(String aspect, boolean full, String value, String reason) {}
}
