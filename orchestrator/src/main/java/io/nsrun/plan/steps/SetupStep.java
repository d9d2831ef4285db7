package io.nsrun.plan.steps;

/**
 * The steps of the control protocol: the mirror of nsinit-c/src/proto/step.h, to which a test holds
 * it.
 */
public enum SetupStep {
  OPTIONS(1, "options", Stage.HOST),
  TERMINAL(2, "terminal", Stage.HOST),
  TIMEOUT(3, "timeout", Stage.HOST),
  HOST_TREE(4, "host_tree", Stage.HOST),
  OUTPUT(9, "output", Stage.HOST),
  LISTENER(10, "listener", Stage.HOST),
  LOCK(11, "lock", Stage.HOST),
  DETACH(13, "detach", Stage.HOST),
  RESTART(14, "restart", Stage.HOST),
  NAMESPACES(5, "namespaces", Stage.HOST),
  UID_MAP(6, "uid_map", Stage.MAPS),
  GID_MAP(7, "gid_map", Stage.MAPS),
  RUN_PROGRAM(12, "run_program", Stage.MAPS),
  IDMAP_MOUNT(8, "idmap_mount", Stage.MAPS),
  SETUP_IDS(20, "setup_ids", Stage.INIT),
  NESTED_NAMESPACES(40, "nested_namespaces", Stage.INIT),
  PROPAGATION(21, "propagation", Stage.INIT),
  BIND(22, "bind", Stage.INIT),
  FILESYSTEM(23, "filesystem", Stage.INIT),
  OVERLAY(24, "overlay", Stage.INIT),
  PIVOT_ROOT(25, "pivot_root", Stage.INIT),
  MOUNT(26, "mount", Stage.INIT),
  MKDIR(27, "mkdir", Stage.INIT),
  SYMLINK(28, "symlink", Stage.INIT),
  MKNOD(29, "mknod", Stage.INIT),
  MOUNT_ATTRIBUTES(30, "mount_attributes", Stage.INIT),
  READONLY_PATH(31, "readonly_path", Stage.INIT),
  MASK_PATH(32, "mask_path", Stage.INIT),
  HOSTNAME(33, "hostname", Stage.INIT),
  DOMAINNAME(34, "domainname", Stage.INIT),
  LOOPBACK(35, "loopback", Stage.INIT),
  SYSCTL(36, "sysctl", Stage.INIT),
  CONSOLE(37, "console", Stage.INIT),
  INJECT(38, "inject", Stage.INIT),
  WATCH(39, "watch", Stage.INIT),
  UNPACK(41, "unpack", Stage.INIT),
  REMOVE(42, "remove", Stage.INIT),
  PACK(43, "pack", Stage.INIT),
  SESSION(50, "session", Stage.COMMAND),
  KEYRING(51, "keyring", Stage.COMMAND),
  RLIMIT(52, "rlimit", Stage.COMMAND),
  UMASK(53, "umask", Stage.COMMAND),
  BOUNDING_SET(54, "bounding_set", Stage.COMMAND),
  USER(55, "user", Stage.COMMAND),
  CAPABILITIES(56, "capabilities", Stage.COMMAND),
  NO_NEW_PRIVS(57, "no_new_privs", Stage.COMMAND),
  WORKDIR(58, "workdir", Stage.COMMAND),
  SECCOMP(59, "seccomp", Stage.COMMAND),
  AFFINITY(61, "affinity", Stage.COMMAND),
  NICE(62, "nice", Stage.COMMAND),
  LANDLOCK(63, "landlock", Stage.COMMAND),
  IO_PRIORITY(64, "io_priority", Stage.COMMAND),
  EXEC(60, "exec", Stage.COMMAND),
  START(100, "start", Stage.NONE),
  CONTROL(101, "control", Stage.NONE),
  PLAN(102, "plan", Stage.NONE),
  SYNC(103, "sync", Stage.NONE),
  SUPERVISE(104, "supervise", Stage.NONE);

  /** Who carries a step out. */
  public enum Stage {
    /** The monitor, in the caller's namespaces; the last of these starts init. */
    HOST,
    /** The monitor, about the namespaces of the new init. */
    MAPS,
    /** PID 1 of the container, during set-up. */
    INIT,
    /** The process that becomes the user's command. */
    COMMAND,
    /** Not a step of a plan: a name for the place where something failed. */
    NONE
  }

  private static final SetupStep[] VALUES = values();

  private final int id;
  private final String stepName;
  private final Stage stage;

  SetupStep(int id, String stepName, Stage stage) {
    this.id = id;
    this.stepName = stepName;
    this.stage = stage;
  }

  /** The number on the wire. */
  public int id() {
    return id;
  }

  /** The name in messages, as in {@code host_tree}. */
  public String stepName() {
    return stepName;
  }

  public Stage stage() {
    return stage;
  }

  /** The step with this number, or {@code null} if there is none. */
  public static SetupStep ofId(int id) {
    for (SetupStep step : VALUES) {
      if (step.id == id) {
        return step;
      }
    }
    return null;
  }
}
