package io.nsrun.spec;

/**
 * The places of a {@link Spec} that a problem can be about, as an option names them and as OCI's
 * config.json does.
 */
public enum SpecField {
  NAME("--name", "id"),
  ROOT("ROOTFS", "root.path"),
  ROOT_HOST("--rootfs-host", "root"),
  READ_ONLY("--read-only", "root.readonly"),
  EPHEMERAL("--ephemeral", "root"),
  EPHEMERAL_DIRECTORY("--ephemeral-dir", "root"),
  OVERLAY_DIRECTORY("--overlay-dir", "root"),
  ARGS("COMMAND", "process.args"),
  ENV("--env", "process.env"),
  WORKDIR("--workdir", "process.cwd"),
  USER("--user", "process.user"),
  TERMINAL("--tty", "process.terminal"),
  UMASK("--umask", "process.user.umask"),
  USER_NAMESPACE("--userns", "linux.namespaces.user"),
  UID_MAP("--uidmap", "linux.uidMappings"),
  GID_MAP("--gidmap", "linux.gidMappings"),
  MOUNT_NAMESPACE("--mountns", "linux.namespaces.mount"),
  PID_NAMESPACE("--pid", "linux.namespaces.pid"),
  IPC_NAMESPACE("--ipc", "linux.namespaces.ipc"),
  UTS_NAMESPACE("--uts", "linux.namespaces.uts"),
  NETWORK_NAMESPACE("--network", "linux.namespaces.network"),
  CGROUP_NAMESPACE("--cgroupns", "linux.namespaces.cgroup"),
  TIME_NAMESPACE("--timens", "linux.namespaces.time"),
  VOLUME("--volume", "mounts"),
  MOUNT("--mount", "mounts"),
  TMPFS("--tmpfs", "mounts"),
  INJECT("--inject", "mounts"),
  RLIMIT("--ulimit", "process.rlimits"),
  HOSTNAME("--hostname", "hostname"),
  DOMAINNAME("--domainname", "domainname"),
  PROC("--proc", "mounts.proc"),
  MASK("--security-opt mask", "linux.maskedPaths"),
  UNMASK("--security-opt unmask", "linux.maskedPaths"),
  TIMEOUT("--timeout", "annotations.timeout"),
  STOP_TIMEOUT("--stop-timeout", "annotations.stop-timeout"),
  MEMORY("--memory", "annotations.memory"),
  PROCESSES("--pids-limit", "annotations.pids-limit"),
  CPU_TIME("--cpu-time", "annotations.cpu-time"),
  OUTPUT("--output-limit", "annotations.output-limit"),
  CPUS("--cpus", "annotations.cpus"),
  CPUSET("--cpuset-cpus", "annotations.cpuset-cpus"),
  NICE("--nice", "annotations.nice"),
  LANDLOCK("--landlock", "annotations.landlock"),
  REQUIRE("--require", "annotations.require"),
  PREFER("--prefer", "annotations.prefer");

  private final String option;
  private final String jsonPath;

  SpecField(String option, String jsonPath) {
    this.option = option;
    this.jsonPath = jsonPath;
  }

  /** How {@code run} spells it. */
  public String option() {
    return option;
  }

  /** Where OCI's config.json has it. */
  public String jsonPath() {
    return jsonPath;
  }
}
