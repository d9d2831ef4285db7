package io.nsrun.cli;

import java.util.List;

/**
 * The options of {@code run} and {@code explain}: names, and what the help says.
 *
 * <p>They are named and shaped as docker run's and podman run's where those have them.
 */
enum RunOption {
  // Process
  INTERACTIVE(
      Kind.FLAG,
      "",
      "Give the command the caller's standard input; otherwise it has /dev/null. Default: true.",
      "-i",
      "--interactive"),
  TTY(
      Kind.FLAG,
      "",
      "Give the command a terminal of its own. Default: if standard input and output are terminals.",
      "-t",
      "--tty"),
  RELAY(
      Kind.FLAG,
      "",
      "Give the command pipes of nsrun's own in place of the caller's files, pipes and terminals, which it could open again. Default: only with --output-limit or a terminal.",
      "--relay"),
  ENV(
      Kind.LIST,
      "NAME[=VALUE]",
      "Set an environment variable; without VALUE, the caller's.",
      "-e",
      "--env"),
  ENV_FILE(
      Kind.LIST,
      "FILE",
      "Set the environment variables in FILE, a NAME=VALUE on each line.",
      "--env-file"),
  WORKDIR(
      Kind.VALUE,
      "DIR",
      "Start the command in DIR, made if missing. Default: /.",
      "-w",
      "--workdir"),
  USER(
      Kind.VALUE,
      "USER[:GROUP]",
      "Run the command as USER, by name or number. Default: 0.",
      "-u",
      "--user"),
  GROUP_ADD(
      Kind.LIST,
      "GROUP",
      "Add the command to a group, by name or number; keep-groups leaves it all groups of the caller instead.",
      "--group-add"),
  ENTRYPOINT(
      Kind.VALUE,
      "COMMAND",
      "Run COMMAND, with the words after ROOTFS as its arguments.",
      "--entrypoint"),
  INIT(
      Kind.FLAG,
      "",
      "Have nsinit as PID 1, to reap orphans and forward signals; if false, the command is PID 1. Default: true.",
      "--init"),
  UMASK(Kind.VALUE, "MASK", "File mode creation mask, octal. Default: 0022.", "--umask"),
  ULIMIT(
      Kind.LIST, "NAME=SOFT[:HARD]", "Set a resource limit, such as nofile=1024:2048.", "--ulimit"),
  SYSCTL(
      Kind.LIST,
      "KEY=VALUE",
      "Set what a namespace of the container has for itself, such as net.ipv4.ip_forward=1.",
      "--sysctl"),

  // File systems
  VOLUME(
      Kind.LIST,
      "HOST:DIR[:OPTIONS]",
      "Mount a directory or file of the host. OPTIONS: ro, rw, noexec, exec, nosuid, suid, nodev, dev, bind, rbind, private, slave, shared, idmap, noidmap.",
      "-v",
      "--volume"),
  MOUNT(
      Kind.LIST,
      "type=TYPE,...",
      "Mount a file system; TYPE is bind (src=, dst=, and the options of --volume) or tmpfs (dst=, size=, mode=, ro, ...).",
      "--mount"),
  TMPFS(
      Kind.LIST,
      "DIR[:OPTIONS]",
      "Mount an empty file system in memory. OPTIONS: size=64m, mode=1777, ro, exec, suid, dev.",
      "--tmpfs"),
  INJECT(
      Kind.LIST,
      "PATH=TEXT",
      "Put a read-only file at PATH that holds TEXT, or, for PATH=@FILE, what FILE holds now: at most 1 MiB, in memory.",
      "--inject"),
  READ_ONLY(Kind.FLAG, "", "Make the root filesystem read-only.", "--read-only"),
  EPHEMERAL(
      Kind.FLAG,
      "",
      "Forget what the container writes to its root filesystem. Default: unless ROOTFS is a directory, or the container is kept, as with -d.",
      "--ephemeral"),
  EPHEMERAL_DIR(
      Kind.VALUE,
      "DIR",
      "As --ephemeral, but on disk: what is written goes to a new directory in DIR, which is removed in the end.",
      "--ephemeral-dir"),
  OVERLAY_DIR(
      Kind.VALUE,
      "DIR",
      "Keep what the container writes to its root filesystem in DIR, made if missing, and leave ROOTFS as it is; the next run with DIR goes on from there.",
      "--overlay-dir"),
  ROOTFS_HOST(
      Kind.FLAG,
      "",
      "Take the host's own files, read-only or with --ephemeral, in place of a ROOTFS; COMMAND is then the first word.",
      "--rootfs-host"),
  PROC(
      Kind.VALUE,
      "MODE",
      "What is at /proc: fresh (its own), bind (the host's), none. Default: fresh.",
      "--proc"),

  // Identity
  NAME(
      Kind.VALUE,
      "NAME",
      "What messages call the container; no other one may have it at the same time.",
      "--name"),
  HOSTNAME(
      Kind.VALUE, "NAME", "Host name inside. Default: ten random letters.", "-h", "--hostname"),
  DOMAINNAME(Kind.VALUE, "NAME", "NIS domain name inside.", "--domainname"),
  NO_HOSTS(
      Kind.FLAG,
      "",
      "Leave /etc/hosts as ROOTFS has it; otherwise it is a file in memory that knows localhost and the host name.",
      "--no-hosts"),
  ADD_HOST(
      Kind.LIST, "NAME:IP", "Add a line to /etc/hosts: NAME has the address IP.", "--add-host"),
  DNS(
      Kind.LIST,
      "IP",
      "Ask this name server: /etc/resolv.conf is a file in memory that names it. none leaves it as ROOTFS has it. Default: with the host's network, what the host's says.",
      "--dns"),
  PASSWD(
      Kind.FLAG,
      "",
      "With --userns=keep-id, add the caller to /etc/passwd and /etc/group, in memory, where they don't know him. Default: true.",
      "--passwd"),
  CIDFILE(
      Kind.VALUE, "FILE", "Write the container's id to FILE, which must not exist.", "--cidfile"),
  PID_FILE(
      Kind.VALUE,
      "FILE",
      "Write the command's pid, as the host sees it, to FILE once the command runs.",
      "--pid-file",
      "--pidfile"),

  // Namespaces
  NETWORK(
      Kind.VALUE,
      "MODE",
      "Network: none (only loopback), host, ns:PATH, pid:N. Default: none.",
      "--network",
      "--net"),
  USERNS(
      Kind.VALUE,
      "MODE",
      "User ids: auto (for root a range of its own, for others as many as they may map), identity (the same inside and outside), private (the caller's alone, as root), keep-id (the caller's, unchanged), host, ns:PATH, pid:N. Default: auto.",
      "--userns"),
  UIDMAP(
      Kind.LIST, "IN:OUT:COUNT", "Map COUNT user ids from IN inside to OUT outside.", "--uidmap"),
  GIDMAP(
      Kind.LIST, "IN:OUT:COUNT", "Map COUNT group ids from IN inside to OUT outside.", "--gidmap"),
  PID(Kind.VALUE, "MODE", "Processes: private, host, ns:PATH, pid:N. Default: private.", "--pid"),
  IPC(Kind.VALUE, "MODE", "System V IPC and message queues: as --pid.", "--ipc"),
  UTS(Kind.VALUE, "MODE", "Host name: as --pid.", "--uts"),
  CGROUPNS(Kind.VALUE, "MODE", "View of cgroups: as --pid.", "--cgroupns"),
  TIMENS(Kind.VALUE, "MODE", "Clocks since boot: as --pid. Default: host.", "--timens"),
  MOUNTNS(
      Kind.VALUE,
      "MODE",
      "Mounts: as --pid; other than private only with --rootfs-host.",
      "--mountns"),

  // Privileges
  CAP_ADD(
      Kind.LIST,
      "CAPABILITY",
      "Give the command a capability, or ALL. Only root inside has any (--user); no other user gets one.",
      "--cap-add"),
  CAP_DROP(Kind.LIST, "CAPABILITY", "Take a capability away, or ALL.", "--cap-drop"),
  PRIVILEGED(
      Kind.FLAG,
      "",
      "Give all capabilities, leave /proc and /sys unmasked, and filter no system calls. What the caller may not do stays impossible, and what is mounted stays as it is, but with --userns=host, a user or PID namespace that is joined, or a shared volume.",
      "--privileged"),
  SECURITY_OPT(
      Kind.LIST,
      "OPTION",
      "seccomp=FILE filters system calls by a profile (JSON of OCI or Docker; its listenerPath names an agent that decides), seccomp=unconfined not at all; no-new-privileges=false lets execve(2) gain privileges; mask=PATH[:PATH...] hides paths; unmask=ALL (or systempaths=unconfined) or unmask=PATH[:PATH...] leaves those of /proc and /sys as they are that are hidden or read-only otherwise.",
      "--security-opt"),

  // Limits
  MEMORY(
      Kind.VALUE,
      "SIZE",
      "Kill the container when all its processes together have more than SIZE in memory, such as 64m or 1g. It is looked at every 10 ms; files in memory (--tmpfs) count.",
      "-m",
      "--memory"),
  PIDS_LIMIT(
      Kind.VALUE,
      "N",
      "Stop the container when it has more than N processes and threads; nsinit is one of them.",
      "--pids-limit"),
  CPUS(
      Kind.VALUE,
      "N",
      "Run on N CPUs of those the caller has; a fraction is rounded up.",
      "--cpus"),
  CPUSET_CPUS(Kind.VALUE, "LIST", "Run on these CPUs, such as 0-2,5.", "--cpuset-cpus"),
  NICE(
      Kind.VALUE,
      "N",
      "Niceness of the command, up to 19, the least favoured. Default: the caller's.",
      "--nice"),
  IO_PRIORITY(
      Kind.VALUE,
      "CLASS[:N]",
      "Whose reads and writes of a disk come first: idle, best-effort or realtime, with N from 0, the most favoured, to 7. Default: the caller's.",
      "--io-priority"),
  CPU_TIME(
      Kind.VALUE,
      "DURATION",
      "Stop the container when all its processes together have used this much CPU time.",
      "--cpu-time"),
  OUTPUT_LIMIT(
      Kind.VALUE,
      "SIZE",
      "Stop the container when it has written more than SIZE to standard output and error; nothing beyond it is passed on.",
      "--output-limit"),
  FILE_SIZE(
      Kind.VALUE,
      "SIZE",
      "Let no file that the command writes grow beyond SIZE; SIGXFSZ is what it gets.",
      "--file-size"),
  NOFILE(
      Kind.VALUE,
      "N",
      "Let a process have at most N files open; as --ulimit nofile=N.",
      "--nofile"),
  JVM(
      Kind.FLAG,
      "",
      "For Java: size the heap after --memory, by JAVA_TOOL_OPTIONS, and end with the first OutOfMemoryError.",
      "--jvm"),
  LANDLOCK(
      Kind.LIST,
      "ACCESS:PATH",
      "Deny the command every file but those below a PATH of such rules. ACCESS: ro (read), rw (write too), rx (execute too), rwx.",
      "--landlock"),
  REQUIRE(
      Kind.LIST,
      "PROPERTY",
      "Refuse to run without it: ids (a range of them), groups (none of the caller's), proc, sysfs, seccomp, landlock. Default: proc, seccomp, landlock.",
      "--require"),
  PREFER(
      Kind.LIST,
      "PROPERTY",
      "Do with less of it where the host can't give it, and say so in the result: ids, groups, proc, sysfs, landlock. Default: ids, groups, sysfs.",
      "--prefer"),

  // In the background
  DETACH(
      Kind.FLAG,
      "",
      "Run the container in the background: print its id once the command runs, and leave it to itself. It has no input, unless -i or -t is given, and what it prints is in its log. It is kept when it ends, with what it has written to its root filesystem, until 'nsrun rm'.",
      "-d",
      "--detach"),
  LOG_DRIVER(
      Kind.VALUE,
      "DRIVER",
      "With -d, k8s-file keeps what it prints for 'nsrun logs', none does not. Default: k8s-file.",
      "--log-driver"),
  LOG_MAX_SIZE(
      Kind.VALUE,
      "SIZE",
      "With -d, begin another file of the log when one has SIZE. Default: 16m.",
      "--log-max-size"),
  LOG_MAX_FILES(
      Kind.VALUE, "N", "With -d, keep at most N files of the log. Default: 5.", "--log-max-files"),
  RESTART(
      Kind.VALUE,
      "POLICY",
      "With -d, start it again when it has ended by itself: on-failure[:N] (with another code than 0, at most N times), always (unless-stopped is the same), no. Default: no.",
      "--restart"),

  // End
  RESULT(
      Kind.VALUE,
      "FILE",
      "Write to FILE, as JSON, its pids, how it ended, what it used, and how isolated it was; also if it did not start.",
      "--result"),
  STATUS_FD(
      Kind.VALUE,
      "N",
      "Write a line of JSON to the caller's descriptor N when the command runs, with its pids, and one when it has ended, with how; with -d the first alone.",
      "--status-fd"),
  TIMEOUT(
      Kind.VALUE,
      "DURATION",
      "Stop the command after DURATION, such as 10s or 1m30s.",
      "--timeout"),
  STOP_SIGNAL(
      Kind.VALUE, "SIGNAL", "What asks the command to stop. Default: TERM.", "--stop-signal"),
  STOP_TIMEOUT(Kind.VALUE, "DURATION", "Wait before it is killed. Default: 10s.", "--stop-timeout"),
  RM(
      Kind.FLAG,
      "",
      "Keep nothing afterwards, also of a container in the background; if false, a record of how it ended is kept in a file that is named in the end, beside those of earlier runs of the same --name. Default: true.",
      "--rm"),

  // Looking at it
  DRY_RUN(Kind.FLAG, "", "Print the plan, and run nothing.", "--dry-run"),
  FORMAT(Kind.VALUE, "FORMAT", "Of --dry-run: text or json. Default: text.", "--format"),
  TRACE(
      Kind.VALUE,
      "FILE",
      "Write how long each step took, for Perfetto or chrome://tracing.",
      "--trace"),
  LOG_LEVEL(
      Kind.VALUE,
      "LEVEL",
      "How much to tell: error, warn, info, debug, trace. Default: warn.",
      "--log-level"),
  HELP(Kind.FLAG, "", "Print this help.", "--help");

  /** How often an option takes a value, and which. */
  enum Kind {
    /** None, or {@code =true} or {@code =false}. */
    FLAG,
    /** One; given more than once, the last one counts. */
    VALUE,
    /** One each time. */
    LIST
  }

  /** Whether the {@link LimitOptions} read it. */
  boolean isLimit() {
    return compareTo(MEMORY) >= 0 && (compareTo(DETACH) < 0 || this == RESULT);
  }

  /** Whether {@code create} has it too: what it does has a meaning before the start. */
  boolean isOfCreate() {
    return switch (this) {
      case DETACH, PID_FILE, EPHEMERAL_DIR, RESULT, STATUS_FD, TRACE, DRY_RUN, FORMAT -> false;
      default -> true;
    };
  }

  private final Kind kind;
  private final String parameter;
  private final String description;
  private final String first;
  private final String second;

  RunOption(Kind kind, String parameter, String description, String... names) {
    this.kind = kind;
    this.parameter = parameter;
    this.description = description;
    this.first = names[0];
    this.second = names.length > 1 ? names[1] : "";
  }

  Kind kind() {
    return kind;
  }

  /** What the help calls its value; empty for a flag. */
  String parameter() {
    return parameter;
  }

  String description() {
    return description;
  }

  /** All of its names, with their dashes. */
  String[] names() {
    return second.isEmpty() ? new String[] {first} : new String[] {first, second};
  }

  /** What it may have as a value, for completion; none if there is no such list. */
  List<String> candidates() {
    return switch (this) {
      case PROC -> List.of("fresh", "bind", "none");
      case NETWORK -> List.of("none", "host");
      case USERNS -> List.of("auto", "identity", "private", "keep-id", "host");
      case PID, IPC, UTS, CGROUPNS, TIMENS, MOUNTNS -> List.of("private", "host");
      case IO_PRIORITY -> List.of("realtime", "best-effort", "idle");
      case REQUIRE -> LimitOptions.names(false);
      case PREFER -> LimitOptions.names(true);
      case LOG_DRIVER -> List.of("k8s-file", "none");
      case RESTART -> List.of("no", "on-failure", "always");
      case FORMAT -> List.of("text", "json");
      case LOG_LEVEL -> List.of("error", "warn", "info", "debug", "trace");
      default -> List.of();
    };
  }

  /** The name that messages use. */
  String longName() {
    return first.startsWith("--") ? first : second;
  }
}
