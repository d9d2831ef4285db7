package io.nsrun.doctor;

import io.nsrun.plan.facts.LandlockAbi;
import io.nsrun.spec.KernelRelease;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Defences of the kernel that a container can use, or that may stand in its way. */
final class SecurityProbes {
  private static final String LSM = "/sys/kernel/security/lsm";
  private static final String SECCOMP = "/proc/sys/kernel/seccomp/actions_avail";

  private SecurityProbes() {}

  static List<Probe> all() {
    return List.of(
        new Probe(
            "seccomp",
            "seccomp filters",
            "A filter keeps the container away from system calls it has no business with.",
            SecurityProbes::seccomp),
        new Probe(
            "landlock",
            "Landlock",
            Text.of("A second fence around files, which ", SpecField.LANDLOCK, " puts up."),
            SecurityProbes::landlock),
        new Probe(
            "lsm",
            "other security modules (AppArmor, SELinux, ...)",
            "Their policy may refuse what the kernel itself would allow; a refusal shows up in the"
                + " kernel's log.",
            SecurityProbes::modules));
  }

  static Outcome seccomp(Machine machine) {
    Optional<String> actions = machine.read(SECCOMP);
    if (actions.isPresent()) {
      return Outcome.ok(actions.get().trim());
    }
    return machine.status("Seccomp").isPresent()
        ? Outcome.ok("available")
        : Outcome.fail(
            "not in this kernel",
            Text.of(
                "Boot a kernel with CONFIG_SECCOMP_FILTER=y, or go without: ",
                SpecField.SECCOMP.with("unconfined"),
                "."));
  }

  /** The version of the interface follows the release; whether it is on, the list of modules. */
  static Outcome landlock(Machine machine) {
    Optional<KernelRelease> kernel = machine.kernel();
    if (kernel.isEmpty()) {
      return Outcome.unknown("kernel release unknown");
    }
    int abi = LandlockAbi.since(kernel.get());
    if (abi == 0) {
      return Outcome.ok("new in Linux 5.13; not needed");
    }
    Optional<String> modules = machine.read(LSM);
    String version = "interface version " + abi + (abi == LandlockAbi.NEWEST ? " or later" : "");
    if (modules.isEmpty()) {
      return Outcome.unknown("this kernel may have " + version + "; " + LSM + " can't be read");
    }
    return List.of(modules.get().trim().split(",", -1)).contains("landlock")
        ? Outcome.ok(version)
        : Outcome.ok("off in this kernel; not needed");
  }

  static Outcome modules(Machine machine) {
    List<String> found = new ArrayList<>();
    if (machine.read("/sys/module/apparmor/parameters/enabled").orElse("").startsWith("Y")) {
      found.add("AppArmor on (" + label(machine) + ")");
    }
    machine
        .number("/sys/fs/selinux/enforce")
        .ifPresent(mode -> found.add("SELinux " + (mode == 1 ? "enforcing" : "permissive")));
    if (!found.isEmpty()) {
      return Outcome.ok(String.join(", ", found));
    }
    return machine
        .read(LSM)
        .map(list -> Outcome.ok(list.trim()))
        .orElse(Outcome.unknown("neither AppArmor nor SELinux seen; " + LSM + " can't be read"));
  }

  private static String label(Machine machine) {
    return machine
        .read("/proc/self/attr/current")
        .map(text -> text.replace('\0', ' ').trim())
        .filter(text -> !text.isEmpty())
        .orElse("label unknown");
  }
}
