package io.nsrun.state;

import java.util.List;

/**
 * What is known of a container in the end: how it ended, what it used, and how isolated it had
 * been. docs/result.md says how it is written as JSON.
 *
 * @param id 64 hexadecimal digits
 * @param name what messages called it
 * @param rootfs directory on the host
 * @param command the command and its arguments
 * @param startedMillis when the command was started, milliseconds since 1970 UTC; 0 if it never was
 * @param endedMillis when the record was made, milliseconds since 1970 UTC
 * @param pids its processes, as they were outside
 * @param end how it ended
 * @param usage what it used; null if the command was never started, or it is not known
 * @param limits what was asked for
 * @param uids ids of users inside and outside; empty if there was no user namespace of its own
 * @param gids the same for groups
 * @param isolation how each property came out
 * @param phases where the time went
 */
public record ExitRecord(
    String id,
    String name,
    String rootfs,
    List<String> command,
    long startedMillis,
    long endedMillis,
    Pids pids,
    End end,
    Usage usage,
    List<Limit> limits,
    List<Ids> uids,
    List<Ids> gids,
    List<Property> isolation,
    Phases phases) {
  /** Name of the file, in a directory named after the id. */
  public static final String FILE = "record.json";

  public ExitRecord {
    command = List.copyOf(command);
    limits = List.copyOf(limits);
    uids = List.copyOf(uids);
    gids = List.copyOf(gids);
    isolation = List.copyOf(isolation);
  }

  /**
   * Pids where nsrun was started; -1 each if the command was never started. Other processes may
   * have them by now.
   *
   * @param command of the command
   * @param init of PID 1 inside, which is the command itself where there is no init
   */
  public record Pids(long command, long init) {
    /** Of what never ran. */
    public static final Pids NONE = new Pids(-1, -1);
  }

  /**
   * How it ended. Code and signal are kept apart: a shell shows 137 for both exit(137) and SIGKILL.
   *
   * @param kind {@code exited}, {@code killed}, {@code not-started} or {@code lost}
   * @param exitCode of nsrun itself, 0-255
   * @param code of {@code exited}, 0-255; else -1
   * @param signal of {@code killed}, 1-64; else 0
   * @param coreDumped whether the kernel wrote a core file
   * @param cause {@code own}, {@code control-lost}, or the limit that was hit: {@code timeout},
   *     {@code memory}, {@code cpu-time}, {@code processes}, {@code output}, {@code file-size};
   *     empty if the command was never started
   * @param reason a sentence for people, of a limit, {@code not-started} and {@code lost}; else
   *     empty
   * @param remedy what to do about it; may be empty
   * @param failure the step that failed, of {@code not-started}; null if it did not come to steps
   * @param problems what was wrong with the input, each on a line; empty if it was not the input
   */
  public record End(
      String kind,
      int exitCode,
      int code,
      int signal,
      boolean coreDumped,
      String cause,
      String reason,
      String remedy,
      Failure failure,
      List<String> problems) {
    public End {
      problems = List.copyOf(problems);
    }
  }

  /**
   * A step that failed.
   *
   * @param step as in {@code mount}
   * @param object what it was about; may be empty
   * @param errno the error's name, as in {@code EPERM}; empty if no system call failed
   * @param detail more; may be empty
   */
  public record Failure(String step, String object, String errno, String detail) {}

  /**
   * Resources used by the command and its children, getrusage(2), and by the whole container.
   *
   * @param userMicros CPU time in user mode, microseconds
   * @param systemMicros CPU time in kernel mode, microseconds
   * @param maxRssKib largest resident set of one process, KiB
   * @param minorFaults page faults without I/O
   * @param majorFaults page faults with I/O
   * @param wallNanos from the start of the command to its end, nanoseconds
   * @param peakMemoryBytes largest resident memory of all processes together, as far as it was
   *     watched; -1 if it was not
   * @param outputBytes what the monitor passed on; -1 if it passed nothing on
   */
  public record Usage(
      long userMicros,
      long systemMicros,
      long maxRssKib,
      long minorFaults,
      long majorFaults,
      long wallNanos,
      long peakMemoryBytes,
      long outputBytes) {}

  /**
   * A limit that was asked for.
   *
   * @param name with its unit, as in {@code memory_bytes}
   * @param value the number; -1 for a resource limit that was lifted
   */
  public record Limit(String name, long value) {}

  /**
   * A range of ids.
   *
   * @param inside first id in the container
   * @param outside first id where nsrun was started
   * @param count number of ids
   */
  public record Ids(long inside, long outside, long count) {}

  /**
   * One property of the isolation.
   *
   * @param aspect which one
   * @param full whether it was as good as the secure default
   * @param value what there was
   * @param reason why it was not more; empty if {@code full}
   */
  public record Property(String aspect, boolean full, String value, String reason) {}

  /**
   * Where the time went, nanoseconds each; -1 for a phase that was not reached.
   *
   * @param jvm from the start of the JVM to the first line of nsrun; -1 if it is not known
   * @param plan until nsinit had the plan
   * @param setup until the command was started
   * @param run until nsinit reported the end
   */
  public record Phases(long jvm, long plan, long setup, long run) {
    /** Nothing is known. */
    public static final Phases UNKNOWN = new Phases(-1, -1, -1, -1);
  }
}
