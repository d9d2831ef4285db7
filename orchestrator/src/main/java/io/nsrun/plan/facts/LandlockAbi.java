package io.nsrun.plan.facts;

import static io.nsrun.plan.steps.LinuxConstants.LANDLOCK_ACCESS_FS_IOCTL_DEV;
import static io.nsrun.plan.steps.LinuxConstants.LANDLOCK_ACCESS_FS_MAKE_SYM;
import static io.nsrun.plan.steps.LinuxConstants.LANDLOCK_ACCESS_FS_REFER;
import static io.nsrun.plan.steps.LinuxConstants.LANDLOCK_ACCESS_FS_TRUNCATE;
import static io.nsrun.plan.steps.LinuxConstants.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET;
import static io.nsrun.plan.steps.LinuxConstants.LANDLOCK_SCOPE_SIGNAL;

import io.nsrun.spec.KernelRelease;

/** Which Landlock a kernel has, and what of it rules are made of (landlock(7)). */
public final class LandlockAbi {
  /** Releases that brought a new version, as major and minor, from version 1 on. */
  private static final int[][] RELEASES = {
    {5, 13}, {5, 19}, {6, 2}, {6, 7}, {6, 10}, {6, 12}, {6, 15}
  };

  /** The newest version that is known here. */
  public static final int NEWEST = RELEASES.length;

  /** The newest one that rules have a use for. */
  private static final int NEWEST_USED = 6;

  private LandlockAbi() {}

  /**
   * The version, as far as it can be told without asking the kernel: a JVM can't call
   * landlock_create_ruleset(2). It may be less than what a distribution has ported back; if it is
   * more, nsinit's step fails and says so.
   *
   * @param kernelRelease as uname(2) has it
   * @param modules the security modules in use, comma-separated; null if that is not known
   * @return 0 if there is none
   */
  public static int of(String kernelRelease, String modules) {
    if (modules != null && !("," + modules + ",").contains(",landlock,")) {
      return 0;
    }
    int version = KernelRelease.parse(kernelRelease).map(LandlockAbi::since).orElse(0);
    return version == 0 && modules != null ? 1 : Math.min(version, NEWEST_USED);
  }

  /** The version that came with this release; 0 for one before the first. */
  public static int since(KernelRelease kernel) {
    int version = 0;
    while (version < NEWEST && kernel.isAtLeast(RELEASES[version][0], RELEASES[version][1])) {
      version++;
    }
    return version;
  }

  /** All the rights to files that this version knows. */
  public static long files(int abi) {
    long rights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
    if (abi >= 2) {
      rights |= LANDLOCK_ACCESS_FS_REFER;
    }
    if (abi >= 3) {
      rights |= LANDLOCK_ACCESS_FS_TRUNCATE;
    }
    if (abi >= 5) {
      rights |= LANDLOCK_ACCESS_FS_IOCTL_DEV;
    }
    return rights;
  }

  /** What this version can keep from leaving the command's processes. */
  public static long scopes(int abi) {
    return abi >= 6 ? LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | LANDLOCK_SCOPE_SIGNAL : 0;
  }
}
