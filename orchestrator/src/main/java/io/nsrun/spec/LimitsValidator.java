package io.nsrun.spec;

import java.util.List;

/** The checks of {@link Limits} and {@link LandlockRule}s that need no host. */
final class LimitsValidator {
  /** The largest process id there can be (PID_MAX_LIMIT of the kernel). */
  private static final long MAX_PROCESSES = 1L << 22;

  private final Spec spec;
  private final Limits limits;
  private final SpecProblems problems;

  LimitsValidator(Spec spec, SpecProblems problems) {
    this.spec = spec;
    this.limits = spec.limits();
    this.problems = problems;
  }

  void validate() {
    memory();
    processes();
    cpus();
    if (limits.nice() != null && (limits.nice() < -20 || limits.nice() > 19)) {
      problems.add(SpecField.NICE, limits.nice() + " is out of range", "use -20 to 19");
    }
    ownProcesses();
    landlock();
  }

  private void memory() {
    long memory = limits.memory().value();
    if (memory > 0 && memory < Limits.LEAST_MEMORY.value()) {
      problems.add(
          SpecField.MEMORY,
          limits.memory().text() + " is too little for any command",
          "use at least " + Limits.LEAST_MEMORY.text());
    }
  }

  private void processes() {
    long least = spec.init() ? 2 : 1;
    if (limits.processes() == 0) {
      return;
    }
    if (limits.processes() < least || limits.processes() > MAX_PROCESSES) {
      problems.add(
          SpecField.PROCESSES,
          limits.processes() + " is out of range",
          "use "
              + least
              + " to "
              + MAX_PROCESSES
              + (spec.init() ? "; nsinit and the command count too" : ""));
    }
  }

  private void cpus() {
    List<Integer> cpuset = limits.cpuset();
    for (int i = 0; i < cpuset.size(); i++) {
      if (cpuset.get(i) < 0 || cpuset.get(i) >= CpuList.MAX_CPUS) {
        problems.add(
            SpecField.CPUSET,
            "CPU " + cpuset.get(i) + " is out of range",
            "use 0 to " + (CpuList.MAX_CPUS - 1));
        return;
      }
    }
    if (limits.cpus() < 0 || limits.cpus() > CpuList.MAX_CPUS) {
      problems.add(
          SpecField.CPUS, limits.cpus() + " is out of range", "use up to " + CpuList.MAX_CPUS);
    } else if (!cpuset.isEmpty() && limits.cpus() > cpuset.size()) {
      problems.add(
          SpecField.CPUS,
          Text.of(limits.cpus(), " is more than the ", cpuset.size(), " of ", SpecField.CPUSET),
          Text.of("leave one of the two out"));
    }
  }

  /** What is summed up over all processes can only be told where the container's are apart. */
  private void ownProcesses() {
    if (spec.isPrivate(NamespaceType.PID)) {
      return;
    }
    String why = "can't tell the container's processes from others: the PID namespace is shared";
    if (limits.memory().value() > 0) {
      problems.add(SpecField.MEMORY, why, ownOr("data="));
    }
    if (limits.processes() > 0) {
      problems.add(SpecField.PROCESSES, why, ownOr("nproc="));
    }
    if (!limits.cpuTime().isZero()) {
      problems.add(SpecField.CPU_TIME, why, ownOr("cpu="));
    }
  }

  private static Text ownOr(String limit) {
    return Text.of(
        "leave ",
        SpecField.PID_NAMESPACE.with("private"),
        ", or use ",
        SpecField.RLIMIT.with(limit));
  }

  private void landlock() {
    List<LandlockRule> rules = spec.landlock();
    if (rules.isEmpty()) {
      return;
    }
    boolean executes = false;
    for (int i = 0; i < rules.size(); i++) {
      executes |= rules.get(i).execute();
    }
    if (!executes) {
      problems.add(
          SpecField.LANDLOCK,
          "no rule lets anything be executed, not even the command",
          Text.of(
              "add ",
              SpecField.LANDLOCK.with("rx", "/"),
              ", or the directories of the command and its libraries"));
    }
    boolean root =
        !(spec.process().user() instanceof UserRef.Numbers numbers) || numbers.user().uid() == 0;
    landlockOf(root, spec, problems);
  }

  /**
   * Adds a problem if a command can't be bound by rules for files.
   *
   * @param root whether it runs as root inside, or may
   */
  static void landlockOf(boolean root, Spec spec, SpecProblems problems) {
    boolean administrator =
        root && (spec.capabilities().effective().bits() & Capability.SYS_ADMIN.bit()) != 0;
    if (!spec.landlock().isEmpty() && !spec.noNewPrivileges() && !administrator) {
      problems.add(
          SpecField.LANDLOCK,
          "needs no_new_privs",
          Text.of(
              "leave ",
              SpecField.NO_NEW_PRIVILEGES.with("false"),
              " out (landlock_restrict_self(2))"));
    }
  }
}
