package io.nsrun.api;

import io.nsrun.engine.End;
import java.time.Duration;
import java.util.Optional;

/** What the command of a container and its children used, getrusage(2). Immutable. */
public final class ResourceUse {
  private final End.Usage usage;

  ResourceUse(End.Usage usage) {
    this.usage = usage;
  }

  /** {@return CPU time in user mode; resolution 1 µs} */
  public Duration userTime() {
    return Duration.ofNanos(usage.userMicros() * 1000);
  }

  /** {@return CPU time in kernel mode; resolution 1 µs} */
  public Duration systemTime() {
    return Duration.ofNanos(usage.systemMicros() * 1000);
  }

  /** {@return from the start of the command to its end} */
  public Duration wallTime() {
    return Duration.ofNanos(usage.wallNanos());
  }

  /** {@return the largest resident set of one process} */
  public DataSize maxResidentSet() {
    return DataSize.ofKibi(usage.maxRssKib());
  }

  /**
   * {@return the largest memory of all processes together that was seen; empty without a limit of
   * memory, processes or CPU time, for which somebody looks}
   */
  public Optional<DataSize> peakMemory() {
    return usage.peakRssBytes() > 0
        ? Optional.of(DataSize.ofBytes(usage.peakRssBytes()))
        : Optional.empty();
  }

  /** {@return page faults that needed no I/O} */
  public long minorFaults() {
    return usage.minorFaults();
  }

  /** {@return page faults that needed I/O} */
  public long majorFaults() {
    return usage.majorFaults();
  }

  /**
   * {@return the output that was passed on; zero without {@link Limits#output}, for which it is
   * counted}
   */
  public DataSize output() {
    return DataSize.ofBytes(usage.outputBytes());
  }

  /** For people. */
  @Override
  public String toString() {
    return "user "
        + userTime().toMillis()
        + " ms, system "
        + systemTime().toMillis()
        + " ms, wall "
        + wallTime().toMillis()
        + " ms, resident "
        + maxResidentSet();
  }
}
