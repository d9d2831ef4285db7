package io.nsrun.spec;

import java.util.List;

/**
 * The parts of a {@link Spec} that a problem can be about and a remedy can name. What they are
 * called is a {@link Dialect}'s.
 */
public enum SpecField {
  NAME,
  ROOT,
  ROOT_HOST,
  READ_ONLY,
  EPHEMERAL,
  EPHEMERAL_DIRECTORY,
  OVERLAY_DIRECTORY,
  ARGS,
  ENV,
  WORKDIR,
  USER,
  GROUPS,
  TERMINAL,
  UMASK,
  USER_NAMESPACE,
  UID_MAP,
  GID_MAP,
  MOUNT_NAMESPACE,
  PID_NAMESPACE,
  IPC_NAMESPACE,
  UTS_NAMESPACE,
  NETWORK_NAMESPACE,
  CGROUP_NAMESPACE,
  TIME_NAMESPACE,
  VOLUME,
  MOUNT,
  TMPFS,
  INJECT,
  SYSCTL,
  RLIMIT,
  HOSTNAME,
  DOMAINNAME,
  PROC,
  MASK,
  UNMASK,
  SECCOMP,
  NO_NEW_PRIVILEGES,
  CAPABILITIES,
  TIMEOUT,
  STOP_TIMEOUT,
  MEMORY,
  PROCESSES,
  CPU_TIME,
  OUTPUT,
  JVM,
  CPUS,
  CPUSET,
  NICE,
  IO_PRIORITY,
  LANDLOCK,
  REQUIRE,
  PREFER;

  /**
   * A reference to a value of this, for a {@link Text}.
   *
   * @param value one word, or the parts of it
   */
  public Text.Setting with(String... value) {
    return new Text.Setting(this, List.of(value));
  }
}
