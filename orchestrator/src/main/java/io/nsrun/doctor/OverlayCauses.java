package io.nsrun.doctor;

/** Why there is no overlay over the root filesystem. Null where unknown. */
final class OverlayCauses {
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
      case ENOSPC -> "the tmpfs for changes can't be made. Free some memory.";
      case ENOSYS -> MountCauses.NO_API;
      default -> null;
    };
  }
}
