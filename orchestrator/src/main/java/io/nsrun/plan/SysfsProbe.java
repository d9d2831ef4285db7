package io.nsrun.plan;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Whether some mounted sysfs is fully visible, without which the kernel mounts none in a user
 * namespace (mount_too_revealing in fs/namespace.c). In an outer container parts of it are usually
 * covered, or there is none.
 */
final class SysfsProbe {
  /** Directories that sysfs makes to be mounted on; what covers them hides nothing. */
  private static final String[] MOUNT_POINTS = {
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

  private SysfsProbe() {}

  /**
   * @param mountinfo of the caller, proc_pid_mountinfo(5)
   */
  static boolean isVisible(byte[] mountinfo) {
    List<MountEntry> mounts = MountEntry.parseAll(new String(mountinfo, StandardCharsets.UTF_8));
    for (MountEntry mount : mounts) {
      if (mount.type().equals("sysfs") && mount.root().equals("/") && !isCovered(mount, mounts)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isCovered(MountEntry sysfs, List<MountEntry> mounts) {
    for (MountEntry mount : mounts) {
      if (mount.parent() == sysfs.id()
          && !isMountPoint(mount.point().substring(sysfs.point().length()))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isMountPoint(String path) {
    for (int i = 0; i < MOUNT_POINTS.length; i++) {
      if (MOUNT_POINTS[i].equals(path)) {
        return true;
      }
    }
    return false;
  }
}
