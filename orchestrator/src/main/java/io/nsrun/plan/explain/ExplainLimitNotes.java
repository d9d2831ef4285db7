package io.nsrun.plan.explain;

import io.nsrun.plan.steps.CommandStep;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.InitStep;
import java.util.ArrayList;
import java.util.List;

/** What the explanation says about limits that are kept without control groups. */
final class ExplainLimitNotes {
  private ExplainLimitNotes() {}

  static ExplainNote output(HostStep.Output step, boolean terminal) {
    return new ExplainNote(
        "output",
        step.input() ? "Relay the streams, and count the output," : "Count the output,",
        step.bytes() == -1
            ? "without a limit"
            : "at most " + PlanNames.limit(step.bytes()) + " bytes",
        terminal
            ? "The monitor passes the terminal's bytes on, and counts them."
            : """
              Standard output and error become pipes that the monitor reads; it passes on what comes. A
              reader that is slow slows the container, since a full pipe makes its writer wait.""",
        step.input()
            ? """
              A descriptor is more than a stream: /proc/self/fd opens the file, pipe or terminal behind
              it again, also to write where it was given to be read. Of a pipe of the monitor's there is
              nothing to be had."""
            : "Whoever keeps the output, as a log on a disk, is not filled up by a program that never"
                + " stops talking.",
        "pipe(7), proc_pid_fd(5)");
  }

  static ExplainNote watch(InitStep.Watch step) {
    List<String> limits = new ArrayList<>();
    if (step.memoryBytes() != 0) {
      limits.add("memory " + Long.toUnsignedString(step.memoryBytes()) + " bytes");
    }
    if (step.cpuMs() != 0) {
      limits.add("CPU time " + step.cpuMs() + " ms");
    }
    if (step.processes() != 0) {
      limits.add(step.processes() + " processes and threads");
    }
    return new ExplainNote(
        "watch",
        "Let the monitor watch all processes together:",
        (limits.isEmpty() ? "no limit" : String.join(", ", limits))
            + ", every "
            + step.periodMs()
            + " ms",
        """
        init mounts one more procfs of its pid namespace, which hangs nowhere, and sends the monitor
        its descriptor. The monitor adds up /proc/PID/stat of all processes there: resident sets, CPU
        time with that of ended children, threads. To a limit of memory it adds, now and then, what
        is in no resident set: files in memory, and what descriptors and mappings lead to.""",
        """
        A resource limit is each process's own: ten processes have ten times as much. The sum is what
        counts, and it is taken outside, where nothing in the container can hide from it for longer
        than one period.""",
        "proc_pid_stat(5), getrlimit(2)");
  }

  static ExplainNote affinity(CommandStep.Affinity step) {
    return new ExplainNote(
        "affinity",
        "Run only on the CPUs",
        PlanNames.cpus(step.mask()),
        "sched_setaffinity(2) takes a bit for each CPU; children inherit it.",
        "It bounds how much a container computes at once. A process may change its own mask, unless a"
            + " system call filter forbids it.",
        "sched_setaffinity(2), cpuset(7)");
  }

  static ExplainNote nice(CommandStep.Nice step) {
    return new ExplainNote(
        "nice",
        "Set the nice value to",
        Integer.toString(step.nice()),
        "setpriority(2): -20 gets the most of a busy CPU, 19 the least. It costs nothing while CPUs are"
            + " idle.",
        step.nice() < 0
            ? "A negative one needs CAP_SYS_NICE on the host or a soft limit RLIMIT_NICE that allows it."
            : "It may be raised by everybody, and lowered again only with privilege.",
        "setpriority(2), sched(7)");
  }

  static ExplainNote ioPriority(CommandStep.IoPriority step) {
    return new ExplainNote(
        "io_priority",
        "Set the I/O priority to",
        step.priority().toString(),
        "ioprio_set(2): whose reads and writes of a disk come first, as far as its I/O scheduler knows"
            + " priorities (bfq, mq-deadline). Children inherit it.",
        switch (step.priority().schedulingClass()) {
          case REALTIME ->
              "It comes before all others, whatever becomes of them: the kernel asks for CAP_SYS_NICE"
                  + " or CAP_SYS_ADMIN on the host.";
          case BEST_EFFORT ->
              "Whoever reads or writes much slows others down less, or is slowed down less by them; no"
                  + " control group is needed.";
          case IDLE -> "It gets the disk only while nobody else wants it.";
        },
        "ioprio_set(2), ionice(1)");
  }
}
