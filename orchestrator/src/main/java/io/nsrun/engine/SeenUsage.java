package io.nsrun.engine;

import io.nsrun.spec.Limits;

/**
 * What a container that lives on uses, and what it may use.
 *
 * @param nanos when it was looked at, as {@link System#nanoTime} counts
 * @param cpuMillis CPU time of all its processes, those included that have ended and were waited
 *     for, in milliseconds
 * @param memoryBytes as its limit counts it, but for memory that has no name (docs/limits.md)
 * @param processes processes and threads, nsinit's own included
 * @param readBytes read from disks, as far as that is to be seen; -1 if it is not at all
 * @param writtenBytes written to disks, likewise
 * @param limits what it may use
 */
public record SeenUsage(
    long nanos,
    long cpuMillis,
    long memoryBytes,
    long processes,
    long readBytes,
    long writtenBytes,
    Limits limits) {
  /**
   * How many CPUs it has used since another look.
   *
   * @return 1 for a whole one; 0 if no time has passed
   */
  public double cpusSince(SeenUsage earlier) {
    long passed = nanos - earlier.nanos;
    return passed <= 0 ? 0 : Math.max(0, cpuMillis - earlier.cpuMillis) * 1_000_000.0 / passed;
  }
}
