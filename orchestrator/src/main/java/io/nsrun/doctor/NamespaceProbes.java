package io.nsrun.doctor;

import io.nsrun.plan.facts.MountEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether the caller may make namespaces. */
final class NamespaceProbes {
  static final String CLONE_SYSCTL = "/proc/sys/kernel/unprivileged_userns_clone";
  static final String APPARMOR_SYSCTL = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns";
  static final String MAX_USER = "/proc/sys/user/max_user_namespaces";
  private static final List<String> OTHERS = List.of("mnt", "pid", "ipc", "uts", "net", "cgroup");

  private NamespaceProbes() {}

  static List<Probe> all() {
    return List.of(
        new Probe(
            "user-namespaces",
            "user namespaces",
            "A new user namespace gives the container a root that is nobody outside; the other"
                + " namespaces are made inside it, without privileges.",
            NamespaceProbes::userNamespaces),
        new Probe(
            "userns-clone",
            "Debian's switch for unprivileged user namespaces",
            "Debian's kernels can refuse new user namespaces to everybody but root.",
            NamespaceProbes::cloneSysctl),
        new Probe(
            "userns-apparmor",
            "AppArmor's restriction of user namespaces",
            "Ubuntu 23.10 and later let an unconfined program make a user namespace, but without"
                + " capabilities in it, so that the first mount or id map is refused.",
            NamespaceProbes::apparmor),
        new Probe(
            "other-namespaces",
            "mount, pid, ipc, uts, net and cgroup namespaces",
            "The default run makes one of each.",
            NamespaceProbes::others),
        new Probe(
            "chroot",
            "root directory of the caller",
            "The kernel refuses user namespaces to a process in a chroot: it could leave it.",
            NamespaceProbes::chroot),
        new Probe(
            "initramfs",
            "file system of the root directory",
            "pivot_root(2) can't move the initial ramfs away.",
            NamespaceProbes::initramfs),
        new Probe(
            "caller-confined",
            "seccomp filter and no_new_privs of the caller",
            "Inside another container a filter may refuse clone or mount, and no_new_privs makes"
                + " newuidmap powerless.",
            NamespaceProbes::confined));
  }

  static Outcome userNamespaces(Machine machine) {
    if (machine.link("/proc/self/ns/user").isEmpty()) {
      return machine.read("/proc/self/status").isEmpty()
          ? Outcome.fail("/proc is not mounted", "sudo mount -t proc proc /proc")
          : Outcome.fail(
              "this kernel has none", "Boot a kernel that was built with CONFIG_USER_NS=y.");
    }
    Optional<Long> max = machine.number(MAX_USER);
    if (max.isEmpty()) {
      return Outcome.unknown(MAX_USER + " can't be read");
    }
    return max.get() > 0
        ? Outcome.ok("at most " + max.get())
        : Outcome.fail(
            "user.max_user_namespaces=0", "sudo sysctl -w user.max_user_namespaces=15000");
  }

  static Outcome cloneSysctl(Machine machine) {
    Optional<Long> allowed = machine.number(CLONE_SYSCTL);
    if (allowed.isEmpty()) {
      return Outcome.ok("this kernel has no such switch");
    }
    if (allowed.get() != 0) {
      return Outcome.ok("kernel.unprivileged_userns_clone=" + allowed.get());
    }
    String remedy = "sudo sysctl -w kernel.unprivileged_userns_clone=1";
    String detail = "kernel.unprivileged_userns_clone=0";
    return machine.isRoot()
        ? Outcome.warn(detail + ": only root may run containers", remedy)
        : Outcome.fail(detail, remedy);
  }

  static Outcome apparmor(Machine machine) {
    Optional<Long> restricted = machine.number(APPARMOR_SYSCTL);
    if (restricted.isEmpty()) {
      return Outcome.ok("this kernel has no such switch");
    }
    String detail = "kernel.apparmor_restrict_unprivileged_userns=" + restricted.get();
    if (restricted.get() == 0) {
      return Outcome.ok(detail);
    }
    String remedy =
        "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or an AppArmor profile"
            + " with the rule \"userns,\": nsrun's Debian package has one for the program nsrun;"
            + " for java -jar it must be the java program's.";
    return machine.isRoot()
        ? Outcome.warn(detail + ": only root may run containers", remedy)
        : Outcome.fail(detail, remedy);
  }

  static Outcome others(Machine machine) {
    List<String> missing = new ArrayList<>();
    List<String> exhausted = new ArrayList<>();
    for (String type : OTHERS) {
      if (machine.link("/proc/self/ns/" + type).isEmpty()) {
        missing.add(type);
      } else if (machine.number(maxOf(type)).equals(Optional.of(0L))) {
        exhausted.add("user.max_" + type + "_namespaces=0");
      }
    }
    if (!missing.isEmpty()) {
      return Outcome.fail(
          "this kernel lacks " + String.join(", ", missing),
          "Boot a kernel with CONFIG_NAMESPACES and all of its kinds.");
    }
    if (!exhausted.isEmpty()) {
      String detail = String.join(", ", exhausted);
      return Outcome.fail(detail, "sudo sysctl -w " + exhausted.get(0).replace("=0", "=15000"));
    }
    return Outcome.ok("all there");
  }

  private static String maxOf(String type) {
    return "/proc/sys/user/max_" + type + "_namespaces";
  }

  /**
   * A root directory that is no mount point is a chroot: the mount that holds it is not listed. A
   * chroot onto a mount point is found by looking where PID 1 sees that mount, if it may be looked
   * at.
   */
  static Outcome chroot(Machine machine) {
    List<MountEntry> mounts = machine.mounts();
    if (mounts.isEmpty()) {
      return Outcome.unknown("/proc/self/mountinfo can't be read");
    }
    MountEntry root = null;
    for (MountEntry mount : mounts) {
      if (mount.point().equals("/")) {
        root = mount;
      }
    }
    String remedy = "Enter the tree with unshare(1) and pivot_root(8), or with nsrun, instead.";
    if (root == null) {
      return Outcome.fail("a chroot: no mount at /", remedy);
    }
    for (MountEntry seen : MountEntry.parseAll(machine.read("/proc/1/mountinfo").orElse(""))) {
      if (seen.id() == root.id() && !seen.point().equals("/")) {
        return Outcome.fail("a chroot to " + seen.point(), remedy);
      }
    }
    return Outcome.ok("a mount of its own");
  }

  static Outcome initramfs(Machine machine) {
    Optional<MountEntry> root = MountEntry.holding(machine.mounts(), "/");
    if (root.isEmpty()) {
      return Outcome.unknown("no mount at /");
    }
    String type = root.get().type();
    return type.equals("rootfs")
        ? Outcome.fail(
            "the initial ramfs", "switch_root(8) to a tmpfs or a disk before starting nsrun.")
        : Outcome.ok(type);
  }

  static Outcome confined(Machine machine) {
    Optional<String> seccomp = machine.status("Seccomp");
    Optional<String> noNewPrivs = machine.status("NoNewPrivs");
    if (seccomp.isEmpty() && noNewPrivs.isEmpty()) {
      return Outcome.unknown("/proc/self/status says nothing about them");
    }
    List<String> found = new ArrayList<>();
    if (!seccomp.orElse("0").equals("0")) {
      found.add("a seccomp filter is active");
    }
    if (noNewPrivs.orElse("0").equals("1")) {
      found.add("no_new_privs is set");
    }
    return found.isEmpty()
        ? Outcome.ok("neither")
        : Outcome.warn(
            String.join(", ", found),
            "If a start is refused, loosen the outer container, e.g. docker run --security-opt"
                + " seccomp=unconfined --security-opt systempaths=unconfined.");
  }
}
