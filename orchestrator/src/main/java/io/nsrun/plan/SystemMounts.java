package io.nsrun.plan;

import static io.nsrun.plan.steps.LinuxConstants.MOUNT_ATTR_NODEV;
import static io.nsrun.plan.steps.LinuxConstants.MOUNT_ATTR_NOEXEC;
import static io.nsrun.plan.steps.LinuxConstants.MOUNT_ATTR_NOSUID;
import static io.nsrun.plan.steps.LinuxConstants.MOUNT_ATTR_RDONLY;
import static io.nsrun.plan.steps.LinuxConstants.MS_PRIVATE;
import static io.nsrun.plan.steps.LinuxConstants.S_IFCHR;

import io.nsrun.plan.facts.HostFacts;
import io.nsrun.plan.steps.FileStep;
import io.nsrun.plan.steps.Step;
import io.nsrun.spec.ContainerPath;
import io.nsrun.spec.IdMaps;
import io.nsrun.spec.Masks;
import io.nsrun.spec.NamespaceMode;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.ProcMode;
import io.nsrun.spec.Property;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.UserNamespace;
import java.util.ArrayList;
import java.util.List;

/** /proc, /sys and /dev, and what of them is hidden. */
final class SystemMounts {
  private static final long INERT = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
  private static final int DEVICE_MODE = 0666;

  /** The group tty of every distribution; pseudo-terminals belong to it so that mesg(1) works. */
  private static final long TTY_GID = 5;

  private static final String[] DEVICES = {"null", "zero", "full", "random", "urandom", "tty"};
  private static final int[] MAJORS = {1, 1, 1, 1, 1, 5};
  private static final int[] MINORS = {3, 5, 7, 8, 9, 0};

  /** Links that programs expect, target and path. */
  private static final String[] LINKS = {
    "pts/ptmx", "/dev/ptmx",
    "/proc/self/fd", "/dev/fd",
    "/proc/self/fd/0", "/dev/stdin",
    "/proc/self/fd/1", "/dev/stdout",
    "/proc/self/fd/2", "/dev/stderr",
  };

  private static final String[] READ_ONLY = {
    "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"
  };

  private static final String[] MASKED_PROC = {
    "/proc/acpi",
    "/proc/asound",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats"
  };

  private static final String[] MASKED_SYS = {"/sys/devices/virtual/powercap", "/sys/firmware"};

  private final Spec spec;
  private final HostFacts facts;
  private final boolean ownSysfs;
  private final MountPlanner mounts;
  private final PlanBuilder plan;

  SystemMounts(Spec spec, HostFacts facts, MountPlanner mounts, PlanBuilder plan) {
    this.spec = spec;
    this.facts = facts;
    this.ownSysfs = facts.hasOwnSysfs(spec);
    this.mounts = mounts;
    this.plan = plan;
  }

  void plan(IdAllocation ids) {
    if (!mounts.isReplaced("/proc")) {
      proc();
    }
    if (ownSysfs && !mounts.isReplaced("/sys")) {
      mounts.filesystem("sysfs", "/sys", INERT | MOUNT_ATTR_RDONLY, List.of());
    }
    if (!mounts.isReplaced("/dev")) {
      dev(ids);
    }
  }

  /**
   * Whether /proc shows the processes of the container's PID namespace only. A joined one must
   * belong to a user namespace in which the container has power, and who joins that too, or is
   * root, has it.
   */
  static boolean hasFreshProc(Spec spec, HostFacts facts) {
    if (spec.proc() != ProcMode.FRESH || isProcRefused(spec, facts)) {
      return false;
    }
    return spec.isPrivate(NamespaceType.PID)
        || (spec.namespace(NamespaceType.PID) instanceof NamespaceMode.Join
            && !spec.user().isNew());
  }

  /** Whether the host's /proc is taken since the kernel is known to refuse a fresh one. */
  static boolean isProcRefused(Spec spec, HostFacts facts) {
    return facts.limits().procHidden()
        && spec.user().isNew()
        && spec.preferences().prefers(Property.PROC);
  }

  private void proc() {
    if (hasFreshProc(spec, facts)) {
      mounts.filesystem("proc", "/proc", INERT, List.of());
    } else if (spec.proc() != ProcMode.NONE) {
      bound("/proc", true, INERT, Step.Expect.DIRECTORY, 0, 0);
    }
  }

  private void dev(IdAllocation ids) {
    mounts.filesystem(
        "tmpfs",
        "/dev",
        MOUNT_ATTR_NOSUID,
        List.of(new Step.Parameter("mode", "755"), new Step.Parameter("size", "64k")));
    boolean mayMknod = spec.user().mode() == UserNamespace.Mode.HOST;
    for (int i = 0; i < DEVICES.length; i++) {
      String path = "/dev/" + DEVICES[i];
      if (mayMknod) {
        plan.afterPivot(new FileStep.Mknod(path, S_IFCHR | DEVICE_MODE, MAJORS[i], MINORS[i]));
      } else {
        // Read-only: a device may still be written to, but not the host's node be changed by chmod.
        bound(
            path,
            false,
            MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
            Step.Expect.CHARACTER_DEVICE,
            MAJORS[i],
            MINORS[i]);
      }
    }
    if (!mounts.isReplaced("/dev/pts")) {
      pts(ids);
    }
    if (!mounts.isReplaced("/dev/shm")) {
      mounts.filesystem(
          "tmpfs",
          "/dev/shm",
          INERT,
          List.of(new Step.Parameter("mode", "1777"), new Step.Parameter("size", "64m")));
    }
    if (spec.isPrivate(NamespaceType.IPC) && !mounts.isReplaced("/dev/mqueue")) {
      mounts.filesystem("mqueue", "/dev/mqueue", INERT, List.of());
    }
    for (int i = 0; i < LINKS.length; i += 2) {
      plan.afterPivot(new FileStep.Symlink(LINKS[i], LINKS[i + 1]));
    }
  }

  private void pts(IdAllocation ids) {
    List<Step.Parameter> parameters = new ArrayList<>();
    parameters.add(new Step.Parameter("newinstance", ""));
    parameters.add(new Step.Parameter("ptmxmode", "0666"));
    parameters.add(new Step.Parameter("mode", "0620"));
    // A gid that the namespace does not have is refused by the kernel.
    boolean hasTty =
        ids != null
            ? IdMaps.toOutside(ids.gids(), TTY_GID) >= 0
            : spec.user().mode() == UserNamespace.Mode.HOST;
    if (hasTty) {
      parameters.add(new Step.Parameter("gid", Long.toString(TTY_GID)));
    }
    mounts.filesystem("devpts", "/dev/pts", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, parameters);
  }

  private void bound(
      String path, boolean directory, long attributes, Step.Expect expect, long major, long minor) {
    int detached = mounts.tree(path, directory, attributes, MS_PRIVATE, expect, major, minor);
    int create = directory ? Step.MountFlags.CREATE_DIRECTORY : Step.MountFlags.CREATE_FILE;
    plan.afterPivot(new FileStep.Mount(detached, path, create | Step.MountFlags.NO_SYMLINKS));
  }

  /** Hides what no container should see or write, and what the caller wants hidden. */
  void mask(SpecProblems problems) {
    Masks masks = spec.masks();
    if (!spec.capabilities().privileged()) {
      protect(masks);
    }
    for (int i = 0; i < masks.hidden().size(); i++) {
      plan.afterPivot(new FileStep.MaskPath(ContainerPath.normalize(masks.hidden().get(i))));
    }
    for (int i = 0; i < masks.shown().size(); i++) {
      String pattern = masks.shown().get(i);
      if (!isProtected(pattern, READ_ONLY)
          && !isProtected(pattern, MASKED_PROC)
          && !isProtected(pattern, MASKED_SYS)) {
        problems.add(
            SpecField.UNMASK,
            pattern + " is neither hidden nor read-only by default",
            "ALL shows everything; explain lists what there is");
      }
    }
  }

  private void protect(Masks masks) {
    if (spec.proc() != ProcMode.NONE) {
      for (int i = 0; i < READ_ONLY.length; i++) {
        if (!masks.shows(READ_ONLY[i])) {
          plan.afterPivot(new FileStep.ReadonlyPath(READ_ONLY[i]));
        }
      }
      hide(MASKED_PROC, masks);
    }
    if (ownSysfs || spec.root().isHost()) {
      hide(MASKED_SYS, masks);
    }
  }

  private void hide(String[] paths, Masks masks) {
    for (int i = 0; i < paths.length; i++) {
      if (!masks.shows(paths[i])) {
        plan.afterPivot(new FileStep.MaskPath(paths[i]));
      }
    }
  }

  private static boolean isProtected(String pattern, String[] paths) {
    for (int i = 0; i < paths.length; i++) {
      if (Masks.matches(pattern, paths[i])) {
        return true;
      }
    }
    return false;
  }
}
