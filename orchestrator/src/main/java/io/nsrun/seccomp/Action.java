package io.nsrun.seccomp;

/**
 * What becomes of a system call.
 *
 * @param kind what
 * @param data errno for {@link Kind#ERRNO}, message for {@link Kind#TRACE}, else 0
 */
public record Action(Kind kind, int data) {
  /** The SECCOMP_RET_* values of linux/seccomp.h. */
  public enum Kind {
    KILL_PROCESS("SCMP_ACT_KILL_PROCESS", 0x8000_0000),
    KILL_THREAD("SCMP_ACT_KILL_THREAD", 0),
    TRAP("SCMP_ACT_TRAP", 0x0003_0000),
    ERRNO("SCMP_ACT_ERRNO", 0x0005_0000),
    NOTIFY("SCMP_ACT_NOTIFY", 0x7fc0_0000),
    TRACE("SCMP_ACT_TRACE", 0x7ff0_0000),
    LOG("SCMP_ACT_LOG", 0x7ffc_0000),
    ALLOW("SCMP_ACT_ALLOW", 0x7fff_0000);

    private final String profileName;
    private final int value;

    Kind(String profileName, int value) {
      this.profileName = profileName;
      this.value = value;
    }

    /** How profiles call it. */
    public String profileName() {
      return profileName;
    }

    /** Whether it carries a number. */
    public boolean hasData() {
      return this == ERRNO || this == TRACE;
    }

    /** The largest number it can carry: the kernel cuts an errno off at MAX_ERRNO. */
    public int maxData() {
      return this == ERRNO ? 4095 : 0xffff;
    }

    /** The one of a profile's word, or null. */
    static Kind ofProfileName(String name) {
      if (name.equals("SCMP_ACT_KILL")) {
        return KILL_THREAD;
      }
      for (Kind each : values()) {
        if (each.profileName.equals(name)) {
          return each;
        }
      }
      return null;
    }
  }

  /** EPERM, which the engines give where a profile names no errno. */
  static final int DEFAULT_ERRNO = 1;

  public static final Action KILL_PROCESS = new Action(Kind.KILL_PROCESS, 0);

  /** What the program returns to the kernel. */
  public int value() {
    return kind.value | data;
  }

  /** Whether it lets less happen than {@code other}: the kernel's own order of severity. */
  boolean isStricterThan(Action other) {
    return kind.compareTo(other.kind) < 0;
  }
}
