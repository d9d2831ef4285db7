package io.nsrun.plan.facts;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Whether some mounted sysfs or procfs is fully visible, without which the kernel mounts none in a
 * user namespace (mount_too_revealing in fs/namespace.c). In an outer container parts of it are
 * usually covered, or there is none.
 */
final class VisibilityProbe {
  /** Directories that procfs makes to be mounted on; what covers them hides nothing. */
  private static final String[] PROC_MOUNT_POINTS = {
    "/sys/fs/binfmt_misc", "/fs/nfsd", "/openprom"
  };

  /** The same of sysfs. */
  private static final String[] SYSFS_MOUNT_POINTS = {
    "/fs/cgroup",
    "/fs/bpf",
    "/fs/pstore",
    "/fs/fuse/connections",
    "/fs/selinux",
    "/fs/smackfs",
    "/fs/resctrl",
    "/kernel/debug",
    "/kernel/tracing",
    "/kernel/security",
    "/kernel/config",
    "/firmware/efi/efivars",
  };

  private VisibilityProbe() {}

  /**
   * @param mountinfo of the caller, proc_pid_mountinfo(5)
   */
  static boolean isSysfsVisible(byte[] mountinfo) {
    return isVisible(mountinfo, "sysfs", SYSFS_MOUNT_POINTS);
  }

  /**
   * @param mountinfo of the caller, proc_pid_mountinfo(5)
   */
  static boolean isProcVisible(byte[] mountinfo) {
    return isVisible(mountinfo, "proc", PROC_MOUNT_POINTS);
  }

  private static boolean isVisible(byte[] mountinfo, String type, String[] mountPoints) {
    List<MountEntry> mounts = MountEntry.parseAll(new String(mountinfo, StandardCharsets.UTF_8));
    for (MountEntry mount : mounts) {
      if (mount.type().equals(type)
          && mount.root().equals("/")
          && !isCovered(mount, mounts, mountPoints)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isCovered(
      MountEntry whole, List<MountEntry> mounts, String[] mountPoints) {
    for (MountEntry mount : mounts) {
      if (mount.parent() == whole.id()
          && !isMountPoint(mount.point().substring(whole.point().length()), mountPoints)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isMountPoint(String path, String[] mountPoints) {
    for (int i = 0; i < mountPoints.length; i++) {
      if (mountPoints[i].equals(path)) {
        return true;
      }
    }
    return false;
  }
}
