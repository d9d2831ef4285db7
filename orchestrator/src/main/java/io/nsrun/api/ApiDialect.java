package io.nsrun.api;

import io.nsrun.spec.Dialect;
import io.nsrun.spec.SpecField;
import java.util.List;
import java.util.Locale;

/** The parts of a container as this package names them. */
final class ApiDialect implements Dialect {
  static final Dialect API = new ApiDialect();

  private ApiDialect() {}

  @Override
  public String name(SpecField field) {
    return switch (field) {
      case NAME -> "name(...)";
      case ROOT -> "rootfs(...)";
      case ROOT_HOST -> "Rootfs.hostReadOnly()";
      case READ_ONLY -> "readOnlyRoot(...)";
      case EPHEMERAL -> "ephemeral(...)";
      case EPHEMERAL_DIRECTORY -> "ephemeralDirectory(...)";
      case OVERLAY_DIRECTORY -> "overlayDirectory(...)";
      case ARGS -> "command(...)";
      case ENV -> "environment()";
      case WORKDIR -> "directory(...)";
      case USER -> "user(...)";
      case GROUPS -> "groups(...)";
      case USER_NAMESPACE -> "Security.userNamespace(...)";
      case UID_MAP -> "Security.uidMap(...)";
      case GID_MAP -> "Security.gidMap(...)";
      case NETWORK_NAMESPACE -> "network(...)";
      case VOLUME, MOUNT -> "mount(...)";
      case TMPFS -> "mount(Mount.tmpfs(...))";
      case INJECT -> "mount(Mount.file(...))";
      case SYSCTL -> "Security.sysctl(...)";
      case RLIMIT -> "Limits.rlimit(...)";
      case HOSTNAME -> "hostname(...)";
      case PROC -> "Security.proc(...)";
      case SECCOMP -> "Security.seccomp(...)";
      case NO_NEW_PRIVILEGES -> "Security.noNewPrivileges(...)";
      case CAPABILITIES -> "Security.addCapabilities(...)";
      case TIMEOUT -> "Limits.timeout(...)";
      case STOP_TIMEOUT -> "stop(...)";
      case MEMORY -> "Limits.memory(...)";
      case PROCESSES -> "Limits.processes(...)";
      case CPU_TIME -> "Limits.cpuTime(...)";
      case OUTPUT -> "Limits.output(...)";
      case CPUS -> "Limits.cpus(...)";
      case NICE -> "Limits.nice(...)";
      case LANDLOCK -> "Security.landlock(...)";
      case REQUIRE -> "Security.require(...)";
      case PREFER -> "Security.prefer(...)";
      case UMASK -> "umask(...)";
      case MOUNT_NAMESPACE,
          PID_NAMESPACE,
          IPC_NAMESPACE,
          UTS_NAMESPACE,
          CGROUP_NAMESPACE,
          TIME_NAMESPACE ->
          "namespaces(...)";
      case DOMAINNAME -> "domainname(...)";
      case MASK -> "Security.mask(...)";
      case UNMASK -> "Security.unmask(...)";
      case CPUSET -> "Limits.cpuSet(...)";
      case IO_PRIORITY -> "Limits.ioPriority(...)";
      case JVM -> "jvm(...)";
      // No method of this package sets it.
      case TERMINAL -> Dialect.WORDS.name(field);
    };
  }

  @Override
  public String setting(SpecField field, List<String> value) {
    String first = value.get(0);
    return switch (field) {
      case ROOT -> "rootfs(Rootfs.embedded())";
      case ARGS -> "command(...) begins with the program; what nsrun is to do, other methods say";
      case VOLUME, MOUNT -> mount(value);
      case USER_NAMESPACE ->
          first.startsWith("ns:")
              ? "Namespaces.joined(Namespace.USER, ...)"
              : "Security.userNamespace(UserNamespace." + constant(first) + ")";
      case MOUNT_NAMESPACE,
          PID_NAMESPACE,
          IPC_NAMESPACE,
          UTS_NAMESPACE,
          CGROUP_NAMESPACE,
          TIME_NAMESPACE ->
          (first.equals("host") ? "Namespaces.shared" : "Namespaces.own")
              + "(Namespace."
              + field.name().replace("_NAMESPACE", "")
              + ")";
      case NETWORK_NAMESPACE -> "network(Network." + constant(first) + ")";
      case SECCOMP -> "Security.seccomp(SeccompProfile." + first + "())";
      case PROC -> "Security.proc(Proc." + constant(first) + ")";
      case NO_NEW_PRIVILEGES -> "Security.noNewPrivileges(" + first + ")";
      case PREFER -> "Security.prefer(IsolationProperty." + constant(first) + ")";
      case LANDLOCK ->
          "Security.landlock(FileRule."
              + access(first)
              + "(\""
              + value.get(value.size() - 1)
              + "\"))";
      case RLIMIT -> "Limits.rlimit(\"" + first.replace("=", "") + "\", ...)";
      case EPHEMERAL_DIRECTORY -> "ephemeralDirectory(" + first + ")";
      default -> name(field) + " \"" + String.join(":", value) + '"';
    };
  }

  /** Source, target and an option, as the command line has them. */
  private static String mount(List<String> value) {
    String arguments = "(" + value.get(0) + ", " + value.get(1) + ")";
    return switch (value.size() > 2 ? value.get(2) : "") {
      case "ro" -> "Mount.readOnly" + arguments;
      case "noidmap" -> "Mount.writable" + arguments + ".withoutIdMapping()";
      default -> "Mount.writable" + arguments;
    };
  }

  private static String access(String letters) {
    return switch (letters) {
      case "rw" -> "readWrite";
      case "rx" -> "readExecute";
      case "rwx" -> "readWriteExecute";
      default -> "read";
    };
  }

  private static String constant(String word) {
    return word.toUpperCase(Locale.ROOT).replace('-', '_');
  }
}
