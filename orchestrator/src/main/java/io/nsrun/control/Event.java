package io.nsrun.control;

import io.nsrun.plan.steps.SetupStep;
import io.nsrun.spec.Blob;
import java.util.List;
import java.util.Map;

/** What nsinit tells the orchestrator: one record for each frame of the protocol. */
public sealed interface Event
    permits Event.Hello,
        FileReply,
        Event.Ready,
        Event.Started,
        Event.Failed,
        Event.Exited,
        Event.Log,
        Event.Trace,
        Event.Terminal,
        Event.Refused,
        Event.Gone,
        Event.Clock,
        Event.Missed,
        Event.Detached,
        Event.Namespaces,
        Event.Restart,
        Event.Spared,
        Event.Pipes,
        Event.OfContainer {

  /**
   * The first frame.
   *
   * @param version of the protocol
   */
  record Hello(int version) implements Event {}

  /**
   * Every step but those of the command is done.
   *
   * @param pid of the container's init as the host sees it
   */
  record Ready(long pid) implements Event {}

  /**
   * execve succeeded.
   *
   * @param pid of the command as the host sees it: that of init, where the command is PID 1 itself;
   *     0 if the plan has none
   */
  record Started(long pid) implements Event {}

  /**
   * A step failed, and nothing of the container is left.
   *
   * @param step which kind of step
   * @param index its place in the plan, from 0; -1 if it is none of the plan's
   * @param errnoNumber the kernel's error number; 0 if no system call failed
   * @param object what it was about, e.g. a path; may be empty
   * @param detail more, as in {@code type=proc}; may be empty
   */
  record Failed(SetupStep step, int index, int errnoNumber, String object, String detail)
      implements Event {
    /** The error by name, {@link Errno#UNKNOWN} for a number without one. */
    public Errno errno() {
      return Errno.of(errnoNumber);
    }

    /** Step, object and error, as messages tell them. */
    public String text() {
      StringBuilder text = new StringBuilder(step.stepName());
      if (!object.isEmpty()) {
        text.append(' ').append(object);
      }
      if (errnoNumber != 0) {
        text.append(": ").append(errnoName());
      }
      if (!detail.isEmpty()) {
        text.append(" (").append(detail).append(')');
      }
      return text.toString();
    }

    /** The error's name, or its number if it has none, as in {@code errno 4095}. */
    public String errnoName() {
      Errno errno = errno();
      return errno == Errno.UNKNOWN ? "errno " + errnoNumber : errno.name();
    }
  }

  /** Why a command ended. */
  enum Cause {
    /** By itself, or by a signal that was sent to it. */
    OWN,
    /** The time limit of the plan. */
    TIMEOUT,
    /** The orchestrator went away. */
    CONTROL_LOST,
    /** The memory limit: the resident sets of all processes together. */
    MEMORY,
    /** The limit of CPU time of all processes together. */
    CPU_TIME,
    /** The limit of processes and threads. */
    PROCESSES,
    /** The limit of output. */
    OUTPUT
  }

  /**
   * The command ended; the last event.
   *
   * @param signaled whether a signal killed it
   * @param value the signal's number if {@code signaled}, else the exit code 0-255
   * @param coreDumped whether the kernel wrote a core file
   * @param cause why it ended
   * @param userMicros CPU time in user mode, microseconds (getrusage(2))
   * @param systemMicros CPU time in kernel mode, microseconds
   * @param maxRssKib largest resident set, KiB
   * @param minorFaults page faults without I/O
   * @param majorFaults page faults with I/O
   * @param wallNanos nanoseconds since {@link Started}
   * @param peakRssBytes largest sum of the resident sets that was seen; 0 if nobody watched
   * @param outputBytes output passed on; 0 if it was not counted
   */
  record Exited(
      boolean signaled,
      long value,
      boolean coreDumped,
      Cause cause,
      long userMicros,
      long systemMicros,
      long maxRssKib,
      long minorFaults,
      long majorFaults,
      long wallNanos,
      long peakRssBytes,
      long outputBytes)
      implements Event {
    /** What a shell would report: the code itself, or 128 + the signal's number. */
    public int exitCode() {
      return (int) (signaled ? 128 + value : value);
    }
  }

  /** How much a message matters. */
  enum Level {
    DEBUG,
    INFO,
    WARN
  }

  /** A message for people. */
  record Log(Level level, String message) implements Event {}

  /** How long the steps took, in the order in which they were done. */
  record Trace(List<Timing> timings) implements Event {
    public Trace {
      timings = List.copyOf(timings);
    }
  }

  /**
   * How long one step took.
   *
   * @param step which kind of step
   * @param index its place in the plan, from 0; -1 if it is none of the plan's
   * @param startNanos CLOCK_MONOTONIC, nanoseconds
   * @param durationNanos nanoseconds
   */
  record Timing(SetupStep step, int index, long startNanos, long durationNanos) {}

  /**
   * What the caller's terminal was set to before nsinit changed it.
   *
   * @param termios the kernel's {@code struct termios}, as it is in memory
   */
  record Terminal(Blob termios) implements Event {}

  /**
   * A frame was not carried out, and the container goes on.
   *
   * @param type of the frame, 0-65535
   * @param reason as in {@code unknown frame}
   */
  record Refused(int type, String reason) implements Event {
    /** Which frame and why, as messages tell it. */
    public String text() {
      return "nsinit refused frame " + Frames.name(type) + ": " + reason;
    }
  }

  /**
   * The last event of a launcher's container: its monitor has ended, and was reaped.
   *
   * @param status as wait(2) tells it; 0 if there never was one
   */
  record Gone(long status) implements Event {
    /** The exit code, or 128 + the signal that ended it. */
    public int exitValue() {
      int signal = (int) (status & 0x7f);
      return signal == 0 ? (int) (status >> 8 & 0xff) : 128 + signal;
    }
  }

  /**
   * Whoever has attached to a container was too slow for some of its output.
   *
   * @param bytes of it
   */
  record Missed(long bytes) implements Event {}

  /** Why somebody has left a container. */
  enum Leaving {
    /** The keys for that were typed. */
    KEYS,
    /** Nobody reads any more what it writes. */
    UNREAD,
    /** Its monitor has gone without a word. */
    LOST
  }

  /**
   * Whoever had attached to a container has left it; the last event.
   *
   * @param why with which the container goes on, or not
   */
  record Detached(Leaving why) implements Event {}

  /**
   * When what follows happened, of a container that lives on.
   *
   * @param nanos CLOCK_REALTIME, nanoseconds since 1970 UTC
   */
  record Clock(long nanos) implements Event {}

  /**
   * Where the namespaces of a container that lives on can be entered.
   *
   * @param monitor pid of the process that has them open
   * @param descriptors of each, by its CLONE_NEW* flag
   */
  record Namespaces(long monitor, Map<Long, Long> descriptors) implements Event {
    public Namespaces {
      descriptors = Map.copyOf(descriptors);
    }
  }

  /**
   * How often a container that lives on has started again by itself.
   *
   * @param count how often, with the start that is due
   * @param due whether it is about to
   */
  record Restart(long count, boolean due) implements Event {}

  /**
   * What became of a spare.
   *
   * @param gone whether it has ended without a guest; else it waits for one
   */
  record Spared(boolean gone) implements Event {}

  /**
   * Three pipes of a launcher.
   *
   * @param set its number
   * @param errnoNumber why there are none; 0 if there are
   * @param stdin the descriptor to write to, as /proc/PID/fd of the launcher has it
   * @param stdout to read from
   * @param stderr to read from
   */
  record Pipes(int set, int errnoNumber, long stdin, long stdout, long stderr) implements Event {}

  /**
   * An event of a launcher's container.
   *
   * @param container its number
   * @param event what it is
   */
  record OfContainer(long container, Event event) implements Event {}
}
