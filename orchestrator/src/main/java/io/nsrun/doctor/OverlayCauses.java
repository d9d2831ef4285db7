package io.nsrun.doctor;

import io.nsrun.plan.HostStep;
import io.nsrun.plan.InitStep;
import io.nsrun.plan.MountEntry;
import io.nsrun.plan.Step;

/** Why there is no overlay over the root filesystem. Null where unknown. */
final class OverlayCauses {
  private static final String NO_MEMORY = "the tmpfs for changes can't be made. Free some memory.";

  private OverlayCauses() {}

  static String overlay(Failure failure) {
    return switch (failure.errno()) {
      case ENODEV -> Failure.told("overlayfs: ", FileProbes.overlay(failure.machine()));
      case EPERM, EACCES -> {
        Outcome overlay = FileProbes.overlay(failure.machine());
        yield Failure.isIll(overlay)
            ? Failure.told("overlayfs in a user namespace: ", overlay)
            : "overlayfs is refused, or a directory of it can't be reached. Leave out --ephemeral,"
                + " or use --read-only with --tmpfs.";
      }
      case EINVAL ->
          "the root filesystem can't be a layer: it lies on an overlayfs already (two is the"
              + " limit), or its file system lacks d_type. Copy it to ext4, xfs or tmpfs.";
      case ESTALE ->
          "the upper directory was made over another lower one. Start with an empty upper"
              + " directory.";
      case EBUSY -> "the upper directory is in use by another overlay. Use one for each container.";
      case ELOOP -> MountCauses.symlink(failure.object());
      case ENOSPC, EDQUOT -> noSpace(failure);
      case ENOSYS -> MountCauses.NO_API;
      default -> null;
    };
  }

  private static String noSpace(Failure failure) {
    String writes = writes(failure);
    return switch (failure.object()) {
      case "/", "lower", "upper" ->
          "fs.mount-max is reached. Raise it with sysctl, or bind fewer mounts.";
      case "overlay" -> writes == null ? NO_MEMORY : fullDisk(failure, writes);
      default -> NO_MEMORY;
    };
  }

  private static String fullDisk(Failure failure, String writes) {
    String disk =
        MountEntry.holding(failure.machine().mounts(), writes)
            .map(MountEntry::point)
            .orElse(writes);
    return disk
        + ", where "
        + writes
        + " is, has no space or no inodes left, or the caller's quota there is used up. Free some"
        + " (df "
        + disk
        + ", df -i "
        + disk
        + "), or choose a directory on another file system.";
  }

  /** The directory that changes go to; null if that is memory. */
  static String writes(Failure failure) {
    InitStep.Overlay overlay = failure.first(InitStep.Overlay.class);
    for (Step step : failure.plan().steps()) {
      Step.MountSource source = source(step);
      if (overlay != null && source != null && source.slot() == overlay.writes()) {
        return source.path();
      }
    }
    return null;
  }

  private static Step.MountSource source(Step step) {
    if (step instanceof HostStep.HostTree tree) {
      return tree.source();
    }
    return step instanceof InitStep.Bind bind ? bind.source() : null;
  }
}
