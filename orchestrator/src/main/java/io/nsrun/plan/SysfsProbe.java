package io.nsrun.plan;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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
    List<String[]> mounts = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < mountinfo.length; i++) {
      if (mountinfo[i] == '\n') {
        mounts.add(words(mountinfo, start, i));
        start = i + 1;
      }
    }
    for (int i = 0; i < mounts.size(); i++) {
      String[] mount = mounts.get(i);
      if ("sysfs".equals(mount[4]) && "/".equals(mount[2]) && !isCovered(mount, mounts)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isCovered(String[] sysfs, List<String[]> mounts) {
    for (int i = 0; i < mounts.size(); i++) {
      String[] mount = mounts.get(i);
      if (mount[1].equals(sysfs[0]) && !isMountPoint(mount[3].substring(sysfs[3].length()))) {
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

  /** Mount id, parent id, root, mount point and, after the hyphen, type of one line. */
  private static String[] words(byte[] text, int start, int end) {
    String[] words = {"", "", "", "", ""};
    int count = 0;
    boolean afterHyphen = false;
    for (int at = start; at < end; ) {
      int next = at;
      while (next < end && text[next] != ' ') {
        next++;
      }
      String word = new String(text, at, next - at, StandardCharsets.ISO_8859_1);
      if (afterHyphen) {
        words[4] = word;
        return words;
      }
      if (count < 2) {
        words[count] = word;
      } else if (count == 3 || count == 4) {
        words[count - 1] = word;
      } else {
        afterHyphen = count >= 6 && word.equals("-");
      }
      count++;
      at = next + 1;
    }
    return words;
  }
}
