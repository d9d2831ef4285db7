package io.nsrun.seccomp;

import java.util.List;

/** An ABI of system calls, as seccomp(2) tells them apart. */
public enum Architecture {
  X86_64("SCMP_ARCH_X86_64", "x86_64", 0xc000003e, true),
  X86("SCMP_ARCH_X86", "x86", 0x40000003, false),
  /** Shares its number with x86_64; its system calls have bit 30 set. */
  X32("SCMP_ARCH_X32", "x32", 0xc000003e, false),
  AARCH64("SCMP_ARCH_AARCH64", "aarch64", 0xc00000b7, true),
  ARM("SCMP_ARCH_ARM", "arm", 0x40000028, false);

  /** __X32_SYSCALL_BIT of asm/unistd.h. */
  public static final int X32_BIT = 0x4000_0000;

  private final String profileName;
  private final String tableName;
  private final int audit;
  private final boolean wide;

  Architecture(String profileName, String tableName, int audit, boolean wide) {
    this.profileName = profileName;
    this.tableName = tableName;
    this.audit = audit;
    this.wide = wide;
  }

  /** How profiles call it. */
  public String profileName() {
    return profileName;
  }

  /** Name of its table of system calls. */
  public String tableName() {
    return tableName;
  }

  /** AUDIT_ARCH_* of linux/audit.h. */
  public int audit() {
    return audit;
  }

  /**
   * Whether arguments are compared in all 64 bits. Of the others only the low 32 are looked at, as
   * libseccomp does.
   */
  public boolean isWide() {
    return wide;
  }

  /** The ABIs that a kernel of this architecture may offer beside its own. */
  public List<Architecture> companions() {
    return switch (this) {
      case X86_64 -> List.of(X86, X32);
      case AARCH64 -> List.of(ARM);
      default -> List.of();
    };
  }

  /** What {@code includes.arches} of a profile calls it; these are Go's names. */
  String engineName() {
    return switch (this) {
      case X86_64 -> "amd64";
      case AARCH64 -> "arm64";
      default -> tableName;
    };
  }

  /** The one with this {@link #profileName}, or null. */
  public static Architecture ofProfileName(String name) {
    for (Architecture each : values()) {
      if (each.profileName.equals(name)) {
        return each;
      }
    }
    return null;
  }

  /**
   * The native one of a machine.
   *
   * @param osArch as the system property {@code os.arch} has it
   * @throws IllegalArgumentException for a machine that nsrun does not know
   */
  public static Architecture ofMachine(String osArch) {
    return switch (osArch) {
      case "amd64", "x86_64" -> X86_64;
      case "aarch64" -> AARCH64;
      default -> throw new IllegalArgumentException("no seccomp filters for " + osArch);
    };
  }
}
