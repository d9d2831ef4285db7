package io.nsrun.cli;

import io.nsrun.spec.Dialect;
import io.nsrun.spec.SpecField;
import java.util.List;

/** The parts of a container as the options of {@code run} name them. */
public final class OptionDialect implements Dialect {
  /** The only one. */
  public static final Dialect OPTIONS = new OptionDialect();

  private OptionDialect() {}

  @Override
  public String name(SpecField field) {
    return switch (field) {
      case NAME -> "--name";
      case ROOT -> "ROOTFS";
      case ROOT_HOST -> "--rootfs-host";
      case READ_ONLY -> "--read-only";
      case EPHEMERAL -> "--ephemeral";
      case EPHEMERAL_DIRECTORY -> "--ephemeral-dir";
      case OVERLAY_DIRECTORY -> "--overlay-dir";
      case ARGS -> "COMMAND";
      case ENV -> "--env";
      case WORKDIR -> "--workdir";
      case USER -> "--user";
      case GROUPS -> "--group-add";
      case TERMINAL -> "--tty";
      case UMASK -> "--umask";
      case USER_NAMESPACE -> "--userns";
      case UID_MAP -> "--uidmap";
      case GID_MAP -> "--gidmap";
      case MOUNT_NAMESPACE -> "--mountns";
      case PID_NAMESPACE -> "--pid";
      case IPC_NAMESPACE -> "--ipc";
      case UTS_NAMESPACE -> "--uts";
      case NETWORK_NAMESPACE -> "--network";
      case CGROUP_NAMESPACE -> "--cgroupns";
      case TIME_NAMESPACE -> "--timens";
      case VOLUME -> "--volume";
      case MOUNT -> "--mount";
      case TMPFS -> "--tmpfs";
      case INJECT -> "--inject";
      case SYSCTL -> "--sysctl";
      case RLIMIT -> "--ulimit";
      case HOSTNAME -> "--hostname";
      case DOMAINNAME -> "--domainname";
      case PROC -> "--proc";
      case MASK -> "--security-opt mask";
      case UNMASK -> "--security-opt unmask";
      case SECCOMP -> "--security-opt seccomp";
      case NO_NEW_PRIVILEGES -> "--security-opt no-new-privileges";
      case CAPABILITIES -> "--cap-add";
      case TIMEOUT -> "--timeout";
      case STOP_TIMEOUT -> "--stop-timeout";
      case MEMORY -> "--memory";
      case PROCESSES -> "--pids-limit";
      case CPU_TIME -> "--cpu-time";
      case OUTPUT -> "--output-limit";
      case CPUS -> "--cpus";
      case JVM -> "--jvm";
      case CPUSET -> "--cpuset-cpus";
      case NICE -> "--nice";
      case IO_PRIORITY -> "--io-priority";
      case LANDLOCK -> "--landlock";
      case REQUIRE -> "--require";
      case PREFER -> "--prefer";
    };
  }

  @Override
  public String setting(SpecField field, List<String> value) {
    String text = String.join(":", value);
    return switch (field) {
      case ROOT -> "the name " + text;
      case ARGS ->
          "what follows ROOTFS is the command. Write options before ROOTFS, and no -- after it";
      case VOLUME -> "-v " + text;
      // Values of these have an equals sign of their own.
      case RLIMIT, SYSCTL, MOUNT -> name(field) + " " + text;
      default -> name(field) + "=" + text;
    };
  }
}
