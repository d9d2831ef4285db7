package io.nsrun.doctor;

import io.nsrun.spec.KernelRelease;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.Text;
import java.util.List;
import java.util.Optional;

/** The kernel's version and switches that are not about one mechanism. */
final class KernelProbes {
  private static final String MEMFD_NOEXEC = "/proc/sys/vm/memfd_noexec";

  private KernelProbes() {}

  static List<Probe> all() {
    return List.of(
        new Probe(
            "kernel",
            "kernel release",
            "nsinit sets mount flags with mount_setattr(2), new in Linux 5.12, before a mount"
                + " becomes visible, and starts with clone3(2), new in 5.3.",
            KernelProbes::release),
        new Probe(
            "mount-api",
            "fsopen, open_tree, move_mount",
            "Every mount is made detached and attached by file descriptor, so that no path inside"
                + " a hostile root filesystem can redirect it.",
            KernelProbes::mountApi),
        new Probe(
            "memfd",
            "executable memory files",
            "nsinit runs from a sealed memory file, so that the container can't overwrite the"
                + " program through /proc/1/exe.",
            KernelProbes::memfd),
        new Probe(
            "open-files",
            "limit of open files",
            Text.of(
                "The JVM and nsinit need a few dozen file descriptors; the container inherits the"
                    + " limit unless ",
                SpecField.RLIMIT,
                " says otherwise."),
            KernelProbes::openFiles),
        new Probe(
            "cgroups",
            "control groups",
            "nsrun uses none: limits come from rlimits, the clock and tmpfs sizes.",
            machine -> Outcome.ok("not used, not looked at")));
  }

  private static Outcome release(Machine machine) {
    Optional<KernelRelease> kernel = machine.kernel();
    if (kernel.isEmpty()) {
      return Outcome.unknown("/proc/sys/kernel/osrelease can't be read");
    }
    String text = kernel.get().text();
    return kernel.get().isAtLeast(5, 12)
        ? Outcome.ok(text + " (5.12 or later is needed)")
        : Outcome.fail(
            text + " is older than 5.12", "Boot Linux 5.12 or later, e.g. the one of Debian 12.");
  }

  private static Outcome mountApi(Machine machine) {
    Optional<KernelRelease> kernel = machine.kernel();
    if (kernel.isEmpty()) {
      return Outcome.unknown("kernel release unknown");
    }
    if (!kernel.get().isAtLeast(5, 2)) {
      return Outcome.fail("new in Linux 5.2", "Boot Linux 5.12 or later.");
    }
    // gVisor and some seccomp profiles answer ENOSYS; only an attempt shows that.
    return Outcome.ok("in this kernel since 5.2");
  }

  static Outcome memfd(Machine machine) {
    Optional<Long> level = machine.number(MEMFD_NOEXEC);
    if (level.isEmpty()) {
      return Outcome.ok("not restricted");
    }
    return level.get() < 2
        ? Outcome.ok("vm.memfd_noexec=" + level.get())
        : Outcome.fail(
            "vm.memfd_noexec=" + level.get() + " refuses them",
            "sudo sysctl -w vm.memfd_noexec=1 (keep it in a file of /etc/sysctl.d).");
  }

  static Outcome openFiles(Machine machine) {
    Optional<String> limit = openFilesLimit(machine);
    if (limit.isEmpty()) {
      return Outcome.unknown("/proc/self/limits does not tell");
    }
    String soft = limit.get();
    return soft.equals("unlimited") || Long.parseLong(soft) >= 256
        ? Outcome.ok(soft)
        : Outcome.warn(
            soft + " is less than 256", "ulimit -n 1024 in the shell that starts nsrun.");
  }

  /** The soft limit: a number or {@code unlimited}; absent if it can't be read. */
  static Optional<String> openFilesLimit(Machine machine) {
    for (String line : machine.read("/proc/self/limits").orElse("").split("\n", -1)) {
      if (line.startsWith("Max open files")) {
        String[] words = line.substring("Max open files".length()).trim().split("\\s+", -1);
        return Optional.of(words[0]).filter(soft -> soft.matches("[0-9]{1,18}|unlimited"));
      }
    }
    return Optional.empty();
  }
}
