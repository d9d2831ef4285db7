package io.nsrun.plan;

import io.nsrun.plan.facts.HostFacts;
import io.nsrun.plan.steps.CommandStep;
import io.nsrun.plan.steps.InitStep;
import io.nsrun.spec.Blob;
import io.nsrun.spec.Capability;
import io.nsrun.spec.CpuList;
import io.nsrun.spec.IoPriority;
import io.nsrun.spec.IoPriority.SchedulingClass;
import io.nsrun.spec.Limits;
import io.nsrun.spec.Rlimit;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.Text;
import io.nsrun.spec.UserNamespace;
import java.util.ArrayList;
import java.util.List;

/** Plans what keeps a container within its {@link Limits}. */
final class LimitsPlanner {
  /**
   * How often the memory is looked at. It is the precision of its limit: a process that touches new
   * memory at full speed gets some 10 MiB further in that time (docs/limits.md has figures).
   */
  static final int MEMORY_PERIOD_MILLIS = 10;

  /** How often the other sums are looked at: they grow slower, and the kernel bounds processes. */
  static final int PERIOD_MILLIS = 20;

  /**
   * By how much the kernel's limit of processes is above the one asked for: the one too many has to
   * come to be, or the monitor would not see that there is one.
   */
  private static final int ONE_TOO_MANY = 1;

  private final Spec spec;
  private final Limits limits;
  private final HostFacts facts;
  private final SpecProblems problems;

  LimitsPlanner(Spec spec, HostFacts facts, SpecProblems problems) {
    this.spec = spec;
    this.limits = spec.limits();
    this.facts = facts;
    this.problems = problems;
  }

  /** Adds a problem for whatever this host or caller can't do. */
  void check() {
    cpus();
    Integer nice = limits.nice();
    if (nice != null && nice < facts.limits().lowestNice() && !mayRaisePriority()) {
      problems.add(
          SpecField.NICE,
          nice + " is more than the caller may ask for, which is " + facts.limits().lowestNice(),
          Text.of(
              "less needs root with CAP_SYS_NICE, and ", SpecField.USER_NAMESPACE.with("host")));
    }
    IoPriority io = limits.ioPriority();
    if (io != null && io.schedulingClass() == SchedulingClass.REALTIME && !mayUseDisksFirst()) {
      problems.add(
          SpecField.IO_PRIORITY,
          "realtime is for those who may keep all others from a disk",
          Text.of(
              "it needs root of the host, and ",
              SpecField.USER_NAMESPACE.with("host"),
              "; use best-effort:0"));
    }
    if (limits.areWatched() && facts.limits().procHidden() && spec.user().isNew()) {
      problems.add(
          watched(),
          "needs a /proc of the container's own, which the kernel refuses here: the caller does not"
              + " see all of its own",
          Text.of("use ", SpecField.RLIMIT, ", whose limits are per process"));
    }
  }

  private SpecField watched() {
    if (limits.memory().value() > 0) {
      return SpecField.MEMORY;
    }
    return limits.processes() > 0 ? SpecField.PROCESSES : SpecField.CPU_TIME;
  }

  /** The capability counts in the initial user namespace only (sched(7)). */
  private boolean mayRaisePriority() {
    return spec.user().mode() == UserNamespace.Mode.HOST
        && (facts.capabilities() & Capability.SYS_NICE.bit()) != 0;
  }

  /**
   * CAP_SYS_ADMIN counts in the initial user namespace only (ioprio_set(2)); whoever stays in the
   * caller's has it.
   */
  private boolean mayUseDisksFirst() {
    return spec.user().mode() == UserNamespace.Mode.HOST && !facts.isNested();
  }

  private void cpus() {
    List<Integer> available = facts.limits().cpus();
    String text = available.size() == 1 ? "the CPU " : "the CPUs ";
    for (int i = 0; i < limits.cpuset().size(); i++) {
      if (!available.contains(limits.cpuset().get(i))) {
        problems.add(
            SpecField.CPUSET,
            "CPU " + limits.cpuset().get(i) + " is not the caller's to use",
            "the caller has " + text + CpuList.format(available));
        return;
      }
    }
    if (limits.cpuset().isEmpty() && limits.cpus() > available.size()) {
      problems.add(
          SpecField.CPUS,
          limits.cpus() + " is more than there are",
          "the caller has " + text + CpuList.format(available));
    }
  }

  /** Adds what init does. */
  void plan(PlanBuilder plan) {
    if (limits.areWatched()) {
      plan.afterPivot(
          new InitStep.Watch(
              limits.memory().value(),
              limits.cpuTime().toMillis(),
              limits.processes(),
              limits.memory().value() > 0 ? MEMORY_PERIOD_MILLIS : PERIOD_MILLIS));
    }
  }

  /** The kernel's limit of processes for all of a user namespace with an owner of its own. */
  static long namespaceProcesses(Limits limits) {
    return limits.processes() + ONE_TOO_MANY;
  }

  /** Adds the command's part that comes before its resource limits. */
  void planScheduling(PlanBuilder plan) {
    if (limits.nice() != null) {
      plan.command(new CommandStep.Nice(limits.nice()));
    }
    if (limits.ioPriority() != null) {
      plan.command(new CommandStep.IoPriority(limits.ioPriority()));
    }
    if (limits.cpus() > 0 || !limits.cpuset().isEmpty()) {
      plan.command(new CommandStep.Affinity(mask(chosenCpus())));
    }
    if (limits.processes() > 0 && !has(Rlimit.Resource.NPROC)) {
      long most = limits.processes() + ONE_TOO_MANY;
      plan.command(new CommandStep.Rlimit(Rlimit.Resource.NPROC.number(), most, most));
    }
  }

  private boolean has(Rlimit.Resource resource) {
    for (int i = 0; i < spec.rlimits().size(); i++) {
      if (spec.rlimits().get(i).resource() == resource) {
        return true;
      }
    }
    return false;
  }

  /** As many as asked for, beginning anywhere: not all containers should share the first CPU. */
  private List<Integer> chosenCpus() {
    List<Integer> from = limits.cpuset().isEmpty() ? facts.limits().cpus() : limits.cpuset();
    int count = limits.cpus() == 0 ? from.size() : Math.min(limits.cpus(), from.size());
    List<Integer> chosen = new ArrayList<>(count);
    int start = from.isEmpty() ? 0 : Math.floorMod(spec.id().hashCode(), from.size());
    for (int i = 0; i < count; i++) {
      chosen.add(from.get((start + i) % from.size()));
    }
    return chosen;
  }

  /** As the kernel's cpu_set_t: bit {@code n} is CPU {@code n}, whole 64-bit words. */
  private static Blob mask(List<Integer> cpus) {
    int largest = 0;
    for (int i = 0; i < cpus.size(); i++) {
      largest = Math.max(largest, cpus.get(i));
    }
    byte[] mask = new byte[(largest / 64 + 1) * 8];
    for (int i = 0; i < cpus.size(); i++) {
      mask[cpus.get(i) / 8] |= (byte) (1 << cpus.get(i) % 8);
    }
    return Blob.copyOf(mask);
  }
}
