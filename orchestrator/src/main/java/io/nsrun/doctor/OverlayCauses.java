package io.nsrun.doctor;

import io.nsrun.control.Errno;
import io.nsrun.plan.facts.MountEntry;
import io.nsrun.plan.steps.FileStep;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.Step;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.Text;

/** Why there is no overlay over the root filesystem. Null where unknown. */
final class OverlayCauses {
  private static final Text UNFIT_ROOT =
      Text.of(
          "the root filesystem can't be a layer: it lies on an overlayfs already (two is"
              + " the limit), or"
              + " its file system lacks d_type. Copy it to ext4, xfs or tmpfs.");
  private static final Text NO_MEMORY =
      Text.of("the tmpfs for changes can't be made. Free some memory.");

  private OverlayCauses() {}

  static Text overlay(Failure failure) {
    return switch (failure.errno()) {
      case ENODEV -> Failure.told("overlayfs: ", FileProbes.overlay(failure.machine()));
      case EPERM, EACCES -> refused(failure);
      case EINVAL -> unfit(failure);
      case ESTALE ->
          Text.of(
              "the upper directory was made over another lower one. Start with an empty"
                  + " upper directory.");
      case EBUSY ->
          Text.of("the upper directory is in use by another overlay. Use one for each container.");
      case ELOOP -> MountCauses.symlink(failure.object());
      case ENOSPC, EDQUOT -> noSpace(failure);
      // It came up, but without a directory of its own in "work".
      case EROFS -> full(failure);
      case ENOSYS -> MountCauses.NO_API;
      default -> null;
    };
  }

  private static Text refused(Failure failure) {
    String writes = writes(failure);
    if (writes != null
        && failure.errno() == Errno.EACCES
        && (failure.object().equals("upper") || failure.object().equals("work"))) {
      return Text.of(
          writes,
          " is open to the caller alone, whose user id or group id is not mapped in the"
              + " container. Leave out what maps others (",
          SpecField.UID_MAP,
          ", ",
          SpecField.GID_MAP,
          ", ",
          SpecField.USER_NAMESPACE,
          "), or use ",
          SpecField.EPHEMERAL,
          ", where changes go to memory.");
    }
    Outcome overlay = FileProbes.overlay(failure.machine());
    return Failure.isIll(overlay)
        ? Failure.told("overlayfs in a user namespace: ", overlay)
        : Text.of(
            "overlayfs is refused, or a directory of it can't be reached. Go without an"
                + " overlay, or use ",
            SpecField.READ_ONLY,
            " with ",
            SpecField.TMPFS,
            ".");
  }

  /** The kernel says which layer it is since Linux 6.5; else the file systems may tell. */
  private static Text unfit(Failure failure) {
    String writes = writes(failure);
    if (writes == null || failure.detail().contains("lowerdir")) {
      return UNFIT_ROOT;
    }
    String type =
        MountEntry.holding(failure.machine().mounts(), writes).map(MountEntry::type).orElse("");
    if (failure.detail().contains("upper") || type.equals("overlay")) {
      return Text.of(
          writes
              + " can't be the upper layer: its file system"
              + (type.isEmpty() ? "" : ", " + type + ",")
              + " lacks what that needs. Choose a directory on another: ext4, xfs, btrfs or tmpfs.");
    }
    return Text.of(
        UNFIT_ROOT,
        " Or it is "
            + writes
            + " that can't be the upper layer: then choose a directory on one of these.");
  }

  private static Text noSpace(Failure failure) {
    return switch (failure.object()) {
      case "/", "lower", "upper" ->
          Text.of("fs.mount-max is reached. Raise it with sysctl, or bind fewer mounts.");
      case "overlay" -> full(failure);
      default -> NO_MEMORY;
    };
  }

  private static Text full(Failure failure) {
    String writes = writes(failure);
    if (writes == null) {
      return NO_MEMORY;
    }
    String disk =
        MountEntry.holding(failure.machine().mounts(), writes)
            .map(MountEntry::point)
            .orElse(writes);
    return Text.of(
        disk
            + ", where "
            + writes
            + " is, has no space or no inodes left, or the caller's quota there is used up."
            + " Free some (df "
            + disk
            + ", df -i "
            + disk
            + "), or choose a directory on another file system.");
  }

  /** The directory that changes go to; null if that is memory. */
  static String writes(Failure failure) {
    FileStep.Overlay overlay = failure.first(FileStep.Overlay.class);
    for (Step step : failure.plan().steps()) {
      Step.MountSource source = source(step);
      if (overlay != null && source != null && source.detached() == overlay.writes()) {
        return source.path();
      }
    }
    return null;
  }

  private static Step.MountSource source(Step step) {
    if (step instanceof HostStep.HostTree tree) {
      return tree.source();
    }
    return step instanceof FileStep.Bind bind ? bind.source() : null;
  }
}
