package io.nsrun.api;

import io.nsrun.engine.SeenUsage;
import java.time.Duration;
import java.util.Optional;

/** What a container that lives on uses, when it was looked at. Immutable. */
public final class ContainerUsage {
  private final SeenUsage seen;

  ContainerUsage(SeenUsage seen) {
    this.seen = seen;
  }

  /**
   * {@return the CPU time of all its processes, those included that have ended, in steps of 10 ms}
   */
  public Duration cpuTime() {
    return Duration.ofMillis(seen.cpuMillis());
  }

  /**
   * How many CPUs it has used on average since another look.
   *
   * @param earlier of the same container, by this JVM
   * @return 1 for a whole one; 0 if no time has passed
   */
  public double cpusSince(ContainerUsage earlier) {
    return seen.cpusSince(earlier.seen);
  }

  /**
   * {@return the memory of all its processes, and what its files in memory hold: as {@link
   * Limits#memory} counts it, but for memory without a name, as of memfd_create(2)}
   */
  public DataSize memory() {
    return DataSize.ofBytes(seen.memoryBytes());
  }

  /** {@return how many processes and threads it has, nsrun's own included} */
  public int processes() {
    return (int) seen.processes();
  }

  /**
   * {@return what it has read from disks, as far as the caller may see that; empty if not at all}
   * An ordinary user sees it of processes that have his own id.
   */
  public Optional<DataSize> read() {
    return size(seen.readBytes());
  }

  /** {@return what it has written to disks, as {@link #read} has it} */
  public Optional<DataSize> written() {
    return size(seen.writtenBytes());
  }

  private static Optional<DataSize> size(long bytes) {
    return bytes < 0 ? Optional.empty() : Optional.of(DataSize.ofBytes(bytes));
  }

  /** For messages: CPU time, memory and processes. */
  @Override
  public String toString() {
    return "CPU time " + cpuTime() + ", memory " + memory() + ", " + processes() + " processes";
  }
}
