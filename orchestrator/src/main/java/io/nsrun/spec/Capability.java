package io.nsrun.spec;

import java.util.Locale;

/**
 * Capabilities in the order of their numbers (capabilities(7), linux/capability.h of Linux 6.18).
 */
public enum Capability {
  CHOWN,
  DAC_OVERRIDE,
  DAC_READ_SEARCH,
  FOWNER,
  FSETID,
  KILL,
  SETGID,
  SETUID,
  SETPCAP,
  LINUX_IMMUTABLE,
  NET_BIND_SERVICE,
  NET_BROADCAST,
  NET_ADMIN,
  NET_RAW,
  IPC_LOCK,
  IPC_OWNER,
  SYS_MODULE,
  SYS_RAWIO,
  SYS_CHROOT,
  SYS_PTRACE,
  SYS_PACCT,
  SYS_ADMIN,
  SYS_BOOT,
  SYS_NICE,
  SYS_RESOURCE,
  SYS_TIME,
  SYS_TTY_CONFIG,
  MKNOD,
  LEASE,
  AUDIT_WRITE,
  AUDIT_CONTROL,
  SETFCAP,
  MAC_OVERRIDE,
  MAC_ADMIN,
  SYSLOG,
  WAKE_ALARM,
  BLOCK_SUSPEND,
  AUDIT_READ,
  PERFMON,
  BPF,
  CHECKPOINT_RESTORE;

  /** Its bit in a capability set. */
  public long bit() {
    return 1L << ordinal();
  }

  /**
   * Reads {@code NET_RAW} or {@code CAP_NET_RAW}; case does not matter.
   *
   * @throws IllegalArgumentException if there is no such capability
   */
  public static Capability parse(String text) {
    String name = text.trim().toUpperCase(Locale.ROOT);
    if (name.startsWith("CAP_")) {
      name = name.substring(4);
    }
    for (Capability capability : values()) {
      if (capability.name().equals(name)) {
        return capability;
      }
    }
    throw new IllegalArgumentException(
        "\"" + text + "\" is no capability: a name of capabilities(7) such as NET_RAW is expected");
  }
}
