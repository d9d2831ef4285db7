package io.nsrun.plan.explain;

import io.nsrun.plan.steps.FileStep;
import io.nsrun.plan.steps.LinuxConstants;
import io.nsrun.plan.steps.Step;
import java.util.ArrayList;
import java.util.List;

/** What the explanation says about init's mounts. */
final class ExplainMountNotes {
  private ExplainMountNotes() {}

  static ExplainNote propagation(FileStep.Propagation step) {
    boolean isPrivate = (step.flags() & LinuxConstants.MS_PRIVATE) != 0;
    return new ExplainNote(
        "propagation",
        isPrivate ? "Cut every mount off from its twin outside" : "Set how mounts propagate",
        "(" + String.join(", ", PlanNames.propagation(step.flags())) + " on /)",
        """
        The new mount namespace began as a copy of the host's. Where the host marks mounts as shared
        (systemd does, for all of them), the copies are still peers: what is mounted on one appears
        on the other. mount(2) with these flags ends that, down the whole tree.""",
        "It comes before the first mount, so that none of those below shows up on the host.",
        "mount_namespaces(7), mount(2)");
  }

  static ExplainNote filesystem(FileStep.Filesystem step) {
    List<String> facts = new ArrayList<>();
    for (Step.Parameter parameter : step.parameters()) {
      facts.add(
          parameter.value().isEmpty()
              ? parameter.key()
              : parameter.key() + "=" + parameter.value());
    }
    if (step.attrs() != 0) {
      facts.add(PlanNames.mountOptions(step.attrs()));
    }
    String item = step.type() + (facts.isEmpty() ? "" : " (" + String.join(", ", facts) + ")");
    return new ExplainNote(
        "filesystem_" + step.type(),
        "Make a new file system, not attached yet:",
        item,
        text(step.type()),
        why(step.type()),
        manual(step.type()));
  }

  private static String text(String type) {
    return switch (type) {
      case "proc" ->
          """
          fsopen(2), fsconfig(2) and fsmount(2) make a procfs. It shows the pid namespace of the
          process that mounts it: the container's, so that ps(1) sees nothing else.""";
      case "sysfs" ->
          """
          A sysfs shows the devices of the machine, and the network interfaces of the network
          namespace of the process that mounts it. Read-only, since its knobs belong to the host.""";
      case "tmpfs" ->
          """
          A tmpfs is empty and lives in memory; it goes when its last user goes. Its size is a
          limit: writing beyond it fails with ENOSPC.""";
      case "devpts" ->
          """
          Each devpts is a set of pseudo-terminals of its own, numbered from 0: the host's can't be
          opened from inside.""";
      case "mqueue" -> "A window on the POSIX message queues of the container's ipc namespace.";
      default -> "fsopen(2), fsconfig(2) and fsmount(2) make it.";
    };
  }

  private static String why(String type) {
    return type.equals("proc") || type.equals("sysfs")
        ? """
          It is made before the root is exchanged: in a user namespace the kernel allows a fresh one
          only while a complete one is still in sight, lest it show what somebody has masked."""
        : "";
  }

  private static String manual(String type) {
    return switch (type) {
      case "proc" -> "proc(5), fsopen(2), pid_namespaces(7)";
      case "sysfs" -> "sysfs(5), network_namespaces(7)";
      case "tmpfs" -> "tmpfs(5)";
      case "devpts" -> "pts(4), mount(8)";
      case "mqueue" -> "mq_overview(7)";
      default -> "fsopen(2)";
    };
  }

  /**
   * About an overlay.
   *
   * @param writes the tree that changes go to; null for a new tmpfs
   */
  static ExplainNote overlay(FileStep.Overlay step, String lower, String writes) {
    String upper =
        writes == null
            ? "a new tmpfs" + (step.size() == 0 ? "" : " of " + step.size() + " bytes")
            : writes;
    return new ExplainNote(
        "overlay",
        "Lay a writable layer over",
        lower + ": " + upper,
        """
        overlayfs shows both layers as one tree. Whatever is written goes to the upper one: a file of
        the lower one is first copied up, a deletion becomes a mark.""",
        writes == null
            ? "The layer is memory, so that all changes vanish with the container."
            : "The lower tree stays as it is, and the changes are found in that directory.",
        "mount(8), https://docs.kernel.org/filesystems/overlayfs.html");
  }

  static ExplainNote pivotRoot(String detached) {
    return new ExplainNote(
        "pivot_root",
        "Exchange the root:",
        detached + " becomes /",
        """
        The copy is attached over the old root, and pivot_root(".", ".") swaps the two, so that the
        old root lies on top of the new one. umount2(2) with MNT_DETACH then takes it away, and with
        it every path of the host.""",
        """
        chroot(2) only changes where lookups begin: root can climb out of it, and the old mounts
        stay. After pivot_root there is nothing left to climb to, and no directory was needed to put
        the old root in.""",
        "pivot_root(2), umount(2)");
  }

  static ExplainNote mount(FileStep.Mount step, String detached) {
    return new ExplainNote(
        "mount",
        "Attach",
        detached + " at " + step.target(),
        """
        The place is opened with openat2(2), which is told to treat the root filesystem as the root
        of everything, so that no link in it leads out. move_mount(2) then attaches one descriptor
        to the other.""",
        """
        No path is looked up twice, so that a hostile image can't exchange a directory for a link at
        the right moment. Outer places come before those inside them.""",
        "move_mount(2), openat2(2)");
  }

  static ExplainNote mountAttributes(FileStep.MountAttributes step) {
    List<String> facts = new ArrayList<>();
    if (step.set() != 0) {
      facts.add("set " + PlanNames.mountOptions(step.set()));
    }
    if (step.clear() != 0) {
      facts.add("clear " + PlanNames.mountOptions(step.clear()));
    }
    return new ExplainNote(
        "mount_attributes",
        "Change the flags of the mount at",
        step.path()
            + " ("
            + String.join(", ", facts)
            + (step.recursive() ? ", also of those below)" : ")"),
        "mount_setattr(2) changes the flags of a mount that is in use already.",
        "It comes late: until now, missing mount points could still be made.",
        "mount_setattr(2)");
  }

  static ExplainNote readonlyPath(FileStep.ReadonlyPath step) {
    return new ExplainNote(
        "readonly_path",
        "Write-protect, where it exists,",
        step.path(),
        "The path is mounted onto itself, and that mount is made read-only.",
        """
        These files of /proc are not divided by namespaces: to write them would be to set up the
        host.""",
        "mount_setattr(2), proc(5)");
  }

  static ExplainNote maskPath(FileStep.MaskPath step) {
    return new ExplainNote(
        "mask_path",
        "Hide, where it exists,",
        step.path(),
        "/dev/null is mounted over a file, an empty read-only tmpfs over a directory.",
        "They tell about the host (its memory, keys, timers, hardware), and the container has no"
            + " use for them.",
        "proc(5), sysfs(5)");
  }

  static ExplainNote inject(FileStep.Inject step) {
    return new ExplainNote(
        "inject",
        "Make a file",
        "of "
            + step.content().size()
            + " bytes (mode "
            + PlanNames.octal(step.mode())
            + ", owner "
            + step.uid()
            + ":"
            + step.gid()
            + ")",
        """
        A tmpfs no larger than the content is mounted over / for a moment, the file written there by
        descriptor, and open_tree(2) takes a copy of the mount of that one file.""",
        """
        The content comes with the plan and lies on no disk. Nothing is written by a path of the image,
        whose links would choose where it goes.""",
        "open_tree(2), tmpfs(5)");
  }
}
