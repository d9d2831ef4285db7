package io.nsrun.spec;

import java.time.Duration;
import java.util.List;

/**
 * What a container may use, all of its processes together. No control group is involved: the
 * monitor watches memory, CPU time and the number of processes, and relays the output; the rest is
 * the kernel's own.
 *
 * @param memory resident memory; zero for no limit
 * @param processes processes and threads, nsinit's own included; 0 for no limit
 * @param cpuTime CPU time in user and kernel mode, resolution 1 ms; zero for no limit
 * @param output bytes on standard output and standard error; zero for no limit
 * @param countOutput whether the bytes of the output are counted even without a limit
 * @param cpus number of CPUs to run on, chosen among those the caller has; 0 for no limit
 * @param cpuset the CPUs to run on, ascending; empty for all of the caller's
 * @param nice the niceness, -20 (most CPU time) to 19; {@code null} leaves the caller's
 * @param ioPriority whose reads and writes of a disk come first; {@code null} leaves the caller's
 */
public record Limits(
    Bytes memory,
    long processes,
    Duration cpuTime,
    Bytes output,
    boolean countOutput,
    int cpus,
    List<Integer> cpuset,
    Integer nice,
    IoPriority ioPriority) {
  /** No limit at all. */
  public static final Limits NONE =
      new Limits(Bytes.ZERO, 0, Duration.ZERO, Bytes.ZERO, false, 0, List.of(), null, null);

  /** Least memory: nsinit alone has a few dozen KiB, and a shell about 1 MiB. */
  public static final Bytes LEAST_MEMORY = Bytes.ofMebi(1);

  public Limits {
    cpuset = List.copyOf(cpuset);
  }

  /** Whether there is none at all. */
  public boolean areNone() {
    return !areWatched()
        && !relayOutput()
        && cpus == 0
        && cpuset.isEmpty()
        && nice == null
        && ioPriority == null;
  }

  /** Whether something has to be looked at again and again while the container runs. */
  public boolean areWatched() {
    return memory.value() > 0 || processes > 0 || !cpuTime.isZero();
  }

  /** Whether the monitor relays the output. */
  public boolean relayOutput() {
    return countOutput || output.value() > 0;
  }

  /** These with a limit of the memory. */
  public Limits withMemory(Bytes value) {
    return new Limits(
        value, processes, cpuTime, output, countOutput, cpus, cpuset, nice, ioPriority);
  }

  /** These with a limit of the number of processes. */
  public Limits withProcesses(long value) {
    return new Limits(memory, value, cpuTime, output, countOutput, cpus, cpuset, nice, ioPriority);
  }

  /** These with a limit of the CPU time. */
  public Limits withCpuTime(Duration value) {
    return new Limits(
        memory, processes, value, output, countOutput, cpus, cpuset, nice, ioPriority);
  }

  /** These with a limit of the output. */
  public Limits withOutput(Bytes value) {
    return new Limits(
        memory, processes, cpuTime, value, countOutput, cpus, cpuset, nice, ioPriority);
  }

  /** These with the output counted, or not. */
  public Limits withCountOutput(boolean value) {
    return new Limits(memory, processes, cpuTime, output, value, cpus, cpuset, nice, ioPriority);
  }

  /** These with a number of CPUs. */
  public Limits withCpus(int value) {
    return new Limits(
        memory, processes, cpuTime, output, countOutput, value, cpuset, nice, ioPriority);
  }

  /** These with a choice of CPUs. */
  public Limits withCpuset(List<Integer> value) {
    return new Limits(
        memory, processes, cpuTime, output, countOutput, cpus, value, nice, ioPriority);
  }

  /** These with a niceness. */
  public Limits withNice(int value) {
    return new Limits(
        memory, processes, cpuTime, output, countOutput, cpus, cpuset, value, ioPriority);
  }

  /** These with an I/O priority. */
  public Limits withIoPriority(IoPriority value) {
    return new Limits(memory, processes, cpuTime, output, countOutput, cpus, cpuset, nice, value);
  }
}
