package io.nsrun.plan;

/** Which Landlock a kernel has, and what of it rules are made of (landlock(7)). */
final class LandlockAbi {
  static final long EXECUTE = 1 << 0;
  static final long WRITE_FILE = 1 << 1;
  static final long READ_FILE = 1 << 2;
  static final long READ_DIR = 1 << 3;
  static final long REMOVE_DIR = 1 << 4;
  static final long REMOVE_FILE = 1 << 5;
  static final long MAKE_CHAR = 1 << 6;
  static final long MAKE_DIR = 1 << 7;
  static final long MAKE_REG = 1 << 8;
  static final long MAKE_SOCK = 1 << 9;
  static final long MAKE_FIFO = 1 << 10;
  static final long MAKE_BLOCK = 1 << 11;
  static final long MAKE_SYM = 1 << 12;
  static final long REFER = 1 << 13;
  static final long TRUNCATE = 1 << 14;
  static final long IOCTL_DEV = 1 << 15;

  /** LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET and LANDLOCK_SCOPE_SIGNAL. */
  private static final long SCOPES = 3;

  /** Releases that brought a new version, as major and minor, from version 1 on. */
  private static final int[][] RELEASES = {{5, 13}, {5, 19}, {6, 2}, {6, 7}, {6, 10}, {6, 12}};

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
  static int of(String kernelRelease, String modules) {
    if (modules != null && !("," + modules + ",").contains(",landlock,")) {
      return 0;
    }
    int major = number(kernelRelease, 0);
    int dot = kernelRelease.indexOf('.');
    int minor = dot < 0 ? 0 : number(kernelRelease, dot + 1);
    int version = 0;
    while (version < RELEASES.length
        && (major > RELEASES[version][0]
            || (major == RELEASES[version][0] && minor >= RELEASES[version][1]))) {
      version++;
    }
    return version == 0 && modules != null ? 1 : version;
  }

  private static int number(String text, int start) {
    int value = 0;
    for (int i = start; i < text.length(); i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9 || value > 100_000) {
        break;
      }
      value = 10 * value + digit;
    }
    return value;
  }

  /** All the rights to files that this version knows. */
  static long files(int abi) {
    long rights = (MAKE_SYM << 1) - 1;
    if (abi >= 2) {
      rights |= REFER;
    }
    if (abi >= 3) {
      rights |= TRUNCATE;
    }
    if (abi >= 5) {
      rights |= IOCTL_DEV;
    }
    return rights;
  }

  /** What this version can keep from leaving the command's processes. */
  static long scopes(int abi) {
    return abi >= 6 ? SCOPES : 0;
  }
}
