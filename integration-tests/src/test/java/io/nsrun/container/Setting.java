package io.nsrun.container;

import io.nsrun.api.FileRule;
import io.nsrun.api.IsolationProperty;
import io.nsrun.api.Mount;
import io.nsrun.api.Network;
import io.nsrun.api.Proc;
import io.nsrun.api.SeccompProfile;
import io.nsrun.api.UserNamespace;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What a container may be asked to be: the option of {@code nsrun run} that says so, and the call
 * of the library. Values are texts: sizes as {@code 64m}, times as {@code 50ms}.
 */
enum Setting {
  // The command
  DIRECTORY("--workdir=%s", (api, v) -> api.builder.directory(v.get(0))),
  ENV("--env=%s=%s", (api, v) -> api.builder.environment().put(v.get(0), v.get(1))),
  USER("--user=%s", (api, v) -> api.builder.user(v.get(0))),
  GROUP("--group-add=%s", (api, v) -> api.groups.add(v.get(0))),
  KEEP_GROUPS("--group-add=keep-groups", (api, v) -> api.builder.keepGroups(true)),
  /** In octal. */
  UMASK("--umask=%s", (api, v) -> api.builder.umask(Integer.parseInt(v.get(0), 8))),
  INIT("--init=%s", (api, v) -> api.builder.init(LibraryTerms.flag(v))),
  JVM("--jvm=%s", (api, v) -> api.builder.jvm(LibraryTerms.flag(v))),
  RLIMIT(
      "--ulimit=%s=%s:%s",
      (api, v) ->
          api.limits =
              api.limits.rlimit(v.get(0), Long.parseLong(v.get(1)), Long.parseLong(v.get(2)))),
  SYSCTL("--sysctl=%s=%s", (api, v) -> api.security = api.security.sysctl(v.get(0), v.get(1))),

  // Files
  BIND(null, (api, v) -> api.builder.mount(LibraryTerms.bind(v))),
  /** Target; then {@code size=64k}, {@code exec}. */
  TMPFS(null, (api, v) -> api.builder.mount(LibraryTerms.tmpfs(v))),
  FILE(
      "--inject=%s=%s",
      (api, v) ->
          api.builder.mount(Mount.file(v.get(0), v.get(1).getBytes(StandardCharsets.UTF_8)))),
  READ_ONLY("--read-only=%s", (api, v) -> api.builder.readOnlyRoot(LibraryTerms.flag(v))),
  EPHEMERAL("--ephemeral=%s", (api, v) -> api.builder.ephemeral(LibraryTerms.flag(v))),
  EPHEMERAL_DIRECTORY(
      "--ephemeral-dir=%s", (api, v) -> api.builder.ephemeralDirectory(Path.of(v.get(0)))),
  OVERLAY_DIRECTORY(
      "--overlay-dir=%s", (api, v) -> api.builder.overlayDirectory(Path.of(v.get(0)))),
  PROC("--proc=%s", (api, v) -> api.security = api.security.proc(constant(Proc.class, v))),

  // Names and namespaces
  NAME("--name=%s", (api, v) -> api.builder.name(v.get(0))),
  HOSTNAME("--hostname=%s", (api, v) -> api.builder.hostname(v.get(0))),
  DOMAINNAME("--domainname=%s", (api, v) -> api.builder.domainname(v.get(0))),
  NO_HOSTS("--no-hosts", (api, v) -> api.etc = api.etc.hosts(false)),
  ADD_HOST(
      "--add-host=%s:%s",
      (api, v) -> api.etc = api.etc.host(v.get(0), LibraryTerms.address(v.get(1)))),
  /** One. */
  DNS("--dns=%s", (api, v) -> api.etc = api.etc.nameServers(LibraryTerms.address(v.get(0)))),
  NO_DNS("--dns=none", (api, v) -> api.etc = api.etc.nameServers()),
  /**
   * A kind as its option is called; {@code private}, {@code host}, {@code pid:N}, {@code ns:PATH}.
   */
  NAMESPACE("--%s=%s", LibraryTerms::namespace),
  NETWORK("--network=%s", (api, v) -> api.builder.network(constant(Network.class, v))),
  USERNS(
      "--userns=%s",
      (api, v) -> api.security = api.security.userNamespace(constant(UserNamespace.class, v))),
  UIDMAP(
      "--uidmap=%s:%s:%s",
      (api, v) -> api.security = api.security.uidMap(number(v, 0), number(v, 1), number(v, 2))),
  GIDMAP(
      "--gidmap=%s:%s:%s",
      (api, v) -> api.security = api.security.gidMap(number(v, 0), number(v, 1), number(v, 2))),

  // Privileges
  CAP_ADD("--cap-add=%s", (api, v) -> api.security = api.security.addCapabilities(v.get(0))),
  CAP_DROP("--cap-drop=%s", (api, v) -> api.security = api.security.dropCapabilities(v.get(0))),
  MASK("--security-opt=mask=%s", (api, v) -> api.security = api.security.mask(v.get(0))),
  /** A path, or {@code ALL}. */
  UNMASK(
      "--security-opt=unmask=%s",
      (api, v) ->
          api.security =
              v.get(0).equals("ALL") ? api.security.unmaskAll() : api.security.unmask(v.get(0))),
  NO_NEW_PRIVILEGES(
      "--security-opt=no-new-privileges=%s",
      (api, v) -> api.security = api.security.noNewPrivileges(LibraryTerms.flag(v))),
  /** A file, or {@code unconfined}. */
  SECCOMP(
      "--security-opt=seccomp=%s",
      (api, v) ->
          api.security =
              api.security.seccomp(
                  v.get(0).equals("unconfined")
                      ? SeccompProfile.unconfined()
                      : SeccompProfile.file(Path.of(v.get(0))))),
  /** {@code ro}, {@code rw}, {@code rx} or {@code rwx}, and a path. */
  LANDLOCK(
      "--landlock=%s:%s",
      (api, v) ->
          api.security =
              api.security.landlock(
                  switch (v.get(0)) {
                    case "ro" -> FileRule.read(v.get(1));
                    case "rw" -> FileRule.readWrite(v.get(1));
                    case "rx" -> FileRule.readExecute(v.get(1));
                    case "rwx" -> FileRule.readWriteExecute(v.get(1));
                    default -> throw new IllegalArgumentException(v.get(0));
                  })),
  REQUIRE(
      "--require=%s",
      (api, v) -> api.security = api.security.require(constant(IsolationProperty.class, v))),
  PREFER(
      "--prefer=%s",
      (api, v) -> api.security = api.security.prefer(constant(IsolationProperty.class, v))),

  // Limits
  MEMORY("--memory=%s", (api, v) -> api.limits = api.limits.memory(LibraryTerms.size(v.get(0)))),
  PROCESSES(
      "--pids-limit=%s", (api, v) -> api.limits = api.limits.processes(Integer.parseInt(v.get(0)))),
  CPU_TIME(
      "--cpu-time=%s", (api, v) -> api.limits = api.limits.cpuTime(LibraryTerms.time(v.get(0)))),
  OUTPUT(
      "--output-limit=%s", (api, v) -> api.limits = api.limits.output(LibraryTerms.size(v.get(0)))),
  FILE_SIZE(
      "--file-size=%s", (api, v) -> api.limits = api.limits.fileSize(LibraryTerms.size(v.get(0)))),
  OPEN_FILES(
      "--nofile=%s", (api, v) -> api.limits = api.limits.openFiles(Integer.parseInt(v.get(0)))),
  CPUS("--cpus=%s", (api, v) -> api.limits = api.limits.cpus(Integer.parseInt(v.get(0)))),
  /** One. */
  CPUSET(
      "--cpuset-cpus=%s", (api, v) -> api.limits = api.limits.cpuSet(Integer.parseInt(v.get(0)))),
  /** {@code best-effort:N} or {@code idle}. */
  IO_PRIORITY(
      "--io-priority=%s",
      (api, v) -> api.limits = api.limits.ioPriority(LibraryTerms.ioPriority(v.get(0)))),
  NICE("--nice=%s", (api, v) -> api.limits = api.limits.nice(Integer.parseInt(v.get(0)))),
  TIMEOUT("--timeout=%s", (api, v) -> api.limits = api.limits.timeout(LibraryTerms.time(v.get(0)))),
  STOP_SIGNAL("--stop-signal=%s", (api, v) -> api.stopSignal = v.get(0)),
  STOP_TIMEOUT("--stop-timeout=%s", (api, v) -> api.stopTimeout = LibraryTerms.time(v.get(0))),

  // Living on
  LOG_FILE_SIZE(
      "--log-max-size=%s",
      (api, v) -> api.detached = api.detached.logFileSize(LibraryTerms.size(v.get(0)))),
  LOG_FILES(
      "--log-max-files=%s",
      (api, v) -> api.detached = api.detached.logFiles(Integer.parseInt(v.get(0)))),
  NO_LOG("--log-driver=none", (api, v) -> api.detached = api.detached.log(false)),
  REMOVED_AT_END("--rm", (api, v) -> api.detached = api.detached.removedAtEnd(true)),

  /** Only the command line has one; the library's container goes without. */
  TERMINAL_IF_ANY("--tty", (api, v) -> {});

  /** Calls the library. */
  private interface Call {
    void say(LibraryTerms terms, List<String> values);
  }

  private final String word;
  private final Call call;

  Setting(String word, Call call) {
    this.word = word;
    this.call = call;
  }

  /** The word of {@code nsrun run}. */
  String word(List<String> values) {
    return switch (this) {
      // A source may have a colon.
      case BIND ->
          "--mount=type=bind,src="
              + values.get(0)
              + ",dst="
              + String.join(",", values.subList(1, values.size()));
      case TMPFS ->
          "--tmpfs="
              + values.get(0)
              + (values.size() == 1
                  ? ""
                  : ":" + String.join(",", values.subList(1, values.size())));
      default -> word.formatted(values.toArray());
    };
  }

  void say(LibraryTerms terms, List<String> values) {
    call.say(terms, values);
  }

  private static <T extends Enum<T>> T constant(Class<T> type, List<String> values) {
    return Enum.valueOf(type, values.get(0).toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  private static long number(List<String> values, int index) {
    return Long.parseLong(values.get(index));
  }
}
