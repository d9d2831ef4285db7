package io.nsrun.plan.steps;

import static io.nsrun.plan.steps.Fields.Form.EXPECT;
import static io.nsrun.plan.steps.Fields.Form.LANDLOCK_FS;
import static io.nsrun.plan.steps.Fields.Form.MAJOR;
import static io.nsrun.plan.steps.Fields.Form.MINOR;
import static io.nsrun.plan.steps.Fields.Form.MOUNT_ATTRS;
import static io.nsrun.plan.steps.Fields.Form.NAMESPACES;
import static io.nsrun.plan.steps.Fields.Form.NUMBER;
import static io.nsrun.plan.steps.Fields.Form.PROPAGATION;

/**
 * One thing nsinit does. There is a record for every step of the control protocol, with the fields
 * of its payload; nsinit-c/README.md says what each one means. The three kinds are those of the
 * processes that carry a step out: the monitor, init, the command to be.
 */
public sealed interface Step permits HostStep, InitStep, CommandStep {
  /** Which step of the protocol this is; each has one record. */
  SetupStep kind();

  /** Says the fields in the order of the step's payload. */
  void fields(Fields to);

  /** The step's name in the protocol, as in {@code host_tree}. */
  default String stepName() {
    return kind().stepName();
  }

  /** What a list in a step is made of. */
  sealed interface Entry permits Joined, PathRule, Parameter, Argument {
    /** Says the fields of the entry, which are numbers, strings and flags. */
    void fields(Fields to);
  }

  /**
   * A file or directory of the host that is cloned, detached.
   *
   * @param detached number that the clone is kept under, 0 to 255
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
      int detached,
      String path,
      boolean recursive,
      long attrSet,
      long attrClear,
      long propagation,
      Expect expect,
      long major,
      long minor) {
    void fields(Fields to) {
      to.u16("detached", detached, NUMBER);
      to.str("path", path);
      to.bool("recursive", recursive);
      to.u64("attr_set", attrSet, MOUNT_ATTRS);
      to.u64("attr_clr", attrClear, MOUNT_ATTRS);
      to.u64("propagation", propagation, PROPAGATION);
      to.u8("expect", expect.code(), EXPECT);
      to.u32("major", major, MAJOR);
      to.u32("minor", minor, MINOR);
    }
  }

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
  record Joined(long type, String path) implements Entry {
    @Override
    public void fields(Fields to) {
      to.u64("type", type, NAMESPACES);
      to.str("path", path);
    }
  }

  /**
   * What is allowed beneath a path.
   *
   * @param path absolute, in the container; must exist
   * @param access LANDLOCK_ACCESS_FS_* bits; of a file, those count that a file can have
   */
  record PathRule(String path, long access) implements Entry {
    @Override
    public void fields(Fields to) {
      to.str("path", path);
      to.u64("access", access, LANDLOCK_FS);
    }
  }

  /**
   * A parameter of a file system.
   *
   * @param key its name
   * @param value its value; empty for a flag
   */
  record Parameter(String key, String value) implements Entry {
    @Override
    public void fields(Fields to) {
      to.str("key", key);
      to.str("value", value);
    }
  }

  /**
   * An argument of a program.
   *
   * @param before what it begins with
   * @param pid whether the pid of the container's init stands behind that, in decimal and as the
   *     host sees it
   * @param after what it ends with
   */
  record Argument(String before, boolean pid, String after) implements Entry {
    /** The pid alone. */
    public static final Argument PID = new Argument("", true, "");

    /** One without the pid. */
    public static Argument of(String text) {
      return new Argument(text, false, "");
    }

    @Override
    public void fields(Fields to) {
      to.str("before", before);
      to.bool("pid", pid);
      to.str("after", after);
    }
  }

  /** Bits of {@link HostStep.Options}. */
  final class OptionFlags {
    /** Measure every step. */
    public static final long TRACE = 1;

    /** The command's standard input is /dev/null. */
    public static final long NULL_STDIN = 2;

    /** The caller's supplementary groups are dropped before any namespace is entered. */
    public static final long DROP_GROUPS = 4;

    /**
     * Once the command runs the end of the orchestrator is not its end; its streams are nobody's.
     */
    public static final long LIVES_ON = 8;

    private OptionFlags() {}
  }

  /** Bits of {@link FileStep.Mount}. */
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
}
