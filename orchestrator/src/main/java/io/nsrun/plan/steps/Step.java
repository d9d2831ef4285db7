package io.nsrun.plan.steps;

/**
 * One thing nsinit does. There is a record for every step of the control protocol, with the fields
 * of its payload; nsinit-c/README.md says what each one means. The three stages of a plan are the
 * three kinds of steps.
 */
public sealed interface Step permits HostStep, InitStep, CommandStep {
  /** The step's name in the protocol, as in {@code host_tree}. */
  String stepName();

  /** Calls the visitor's method for this kind of step. */
  void accept(Visitor visitor);

  /**
   * A file or directory of the host that is cloned into a slot.
   *
   * @param slot 0 to 255
   * @param path absolute, on the host
   * @param recursive whether mounts below come along, and are changed too
   * @param attrSet MOUNT_ATTR_* bits to set
   * @param attrClear MOUNT_ATTR_* bits to clear
   * @param propagation MS_PRIVATE, MS_SLAVE, MS_SHARED or 0
   * @param expect what it must be
   * @param major of the device, if {@link Expect#CHARACTER_DEVICE}
   * @param minor of the device, if {@link Expect#CHARACTER_DEVICE}
   */
  record MountSource(
      int slot,
      String path,
      boolean recursive,
      long attrSet,
      long attrClear,
      long propagation,
      Expect expect,
      long major,
      long minor) {}

  /** What a {@link MountSource} must be; nsinit checks it by file descriptor. */
  enum Expect {
    ANY(0),
    DIRECTORY(1),
    CHARACTER_DEVICE(2);

    private final int code;

    Expect(int code) {
      this.code = code;
    }

    /** The number on the wire. */
    public int code() {
      return code;
    }
  }

  /**
   * A namespace to enter.
   *
   * @param type its CLONE_NEW* bit
   * @param path its file
   */
  record Joined(long type, String path) {}

  /**
   * What is allowed beneath a path.
   *
   * @param path absolute, in the container; must exist
   * @param access LANDLOCK_ACCESS_FS_* bits; of a file, those count that a file can have
   */
  record PathRule(String path, long access) {}

  /**
   * A parameter of a file system.
   *
   * @param key its name
   * @param value its value; empty for a flag
   */
  record Parameter(String key, String value) {}

  /** Bits of {@link HostStep.Options}. */
  final class OptionFlags {
    /** Measure every step. */
    public static final long TRACE = 1;

    /** The command's standard input is /dev/null. */
    public static final long NULL_STDIN = 2;

    private OptionFlags() {}
  }

  /** Bits of {@link InitStep.Mount}. */
  final class MountFlags {
    /** Make a missing target, and its parents, as directories. */
    public static final int CREATE_DIRECTORY = 1;

    /** Make a missing target as an empty file, and its parents. */
    public static final int CREATE_FILE = 2;

    /** Refuse a symbolic link anywhere in the target. */
    public static final int NO_SYMLINKS = 4;

    /** Go without it where the target is no regular file, and none can be made. */
    public static final int OPTIONAL = 8;

    private MountFlags() {}
  }

  /** One method for each kind of step: who handles steps can't forget one. */
  interface Visitor {

    void visit(HostStep.Options step);

    void visit(HostStep.Terminal step);

    void visit(HostStep.Timeout step);

    void visit(HostStep.HostTree step);

    void visit(HostStep.Output step);

    void visit(HostStep.Listener step);

    void visit(HostStep.Lock step);

    void visit(HostStep.Namespaces step);

    void visit(HostStep.UidMap step);

    void visit(HostStep.GidMap step);

    void visit(HostStep.IdmapMount step);

    void visit(InitStep.SetupIds step);

    void visit(InitStep.NestedNamespaces step);

    void visit(InitStep.Propagation step);

    void visit(InitStep.Bind step);

    void visit(InitStep.Filesystem step);

    void visit(InitStep.Overlay step);

    void visit(InitStep.PivotRoot step);

    void visit(InitStep.Mount step);

    void visit(InitStep.Mkdir step);

    void visit(InitStep.Symlink step);

    void visit(InitStep.Mknod step);

    void visit(InitStep.MountAttributes step);

    void visit(InitStep.ReadonlyPath step);

    void visit(InitStep.MaskPath step);

    void visit(InitStep.Hostname step);

    void visit(InitStep.Domainname step);

    void visit(InitStep.Loopback step);

    void visit(InitStep.Sysctl step);

    void visit(InitStep.Console step);

    void visit(InitStep.Inject step);

    void visit(InitStep.Watch step);

    void visit(InitStep.Unpack step);

    void visit(InitStep.Remove step);

    void visit(CommandStep.Session step);

    void visit(CommandStep.Keyring step);

    void visit(CommandStep.Rlimit step);

    void visit(CommandStep.Umask step);

    void visit(CommandStep.BoundingSet step);

    void visit(CommandStep.User step);

    void visit(CommandStep.Capabilities step);

    void visit(CommandStep.NoNewPrivs step);

    void visit(CommandStep.Workdir step);

    void visit(CommandStep.Seccomp step);

    void visit(CommandStep.Affinity step);

    void visit(CommandStep.Nice step);

    void visit(CommandStep.Landlock step);

    void visit(CommandStep.Exec step);
  }
}
