package io.nsrun.plan.steps;

import static io.nsrun.plan.steps.Fields.Form.DETACHED_OR_TMPFS;
import static io.nsrun.plan.steps.Fields.Form.LIMIT_OR_ZERO;
import static io.nsrun.plan.steps.Fields.Form.MAJOR;
import static io.nsrun.plan.steps.Fields.Form.MINOR;
import static io.nsrun.plan.steps.Fields.Form.MODE;
import static io.nsrun.plan.steps.Fields.Form.MOUNT_ATTRS;
import static io.nsrun.plan.steps.Fields.Form.MOUNT_FLAGS;
import static io.nsrun.plan.steps.Fields.Form.NAMESPACES;
import static io.nsrun.plan.steps.Fields.Form.NUMBER;
import static io.nsrun.plan.steps.Fields.Form.PROPAGATION;

import io.nsrun.spec.Blob;
import io.nsrun.spec.IdMapping;
import java.util.List;

/** Steps of the container's PID 1 during set-up. */
public sealed interface InitStep extends Step {
  /**
   * init becomes this user of the new user namespace.
   *
   * @param uid inside
   * @param gid inside
   */
  record SetupIds(long uid, long gid) implements InitStep {
    @Override
    public SetupStep kind() {
      return SetupStep.SETUP_IDS;
    }

    @Override
    public void fields(Fields to) {
      to.u32("uid", uid, NUMBER);
      to.u32("gid", gid, NUMBER);
    }
  }

  /**
   * PID 1 of the container is born into new namespaces, while the process that it is a child of
   * carries out the steps of init, with power over the mount namespace, which PID 1 lacks. Then PID
   * 1 copies that one, goes on, and the other ends. Only where {@link HostStep.Namespaces} has made
   * a user and a mount namespace and no pid namespace.
   *
   * @param create CLONE_NEW* bits, among them CLONE_NEWUSER, without CLONE_NEWNS
   * @param uids from the outer user namespace, in which init is, to the nested one
   * @param gids as {@code uids}
   */
  record NestedNamespaces(long create, List<IdMapping> uids, List<IdMapping> gids)
      implements InitStep {
    public NestedNamespaces {
      uids = List.copyOf(uids);
      gids = List.copyOf(gids);
    }

    @Override
    public SetupStep kind() {
      return SetupStep.NESTED_NAMESPACES;
    }

    @Override
    public void fields(Fields to) {
      to.u64("create", create, NAMESPACES);
      to.mappings("uids", uids);
      to.mappings("gids", gids);
    }
  }

  /**
   * mount(2) of / with propagation flags only.
   *
   * @param flags MS_* bits
   */
  record Propagation(long flags) implements InitStep {
    @Override
    public SetupStep kind() {
      return SetupStep.PROPAGATION;
    }

    @Override
    public void fields(Fields to) {
      to.u64("flags", flags, PROPAGATION);
    }
  }

  /**
   * open_tree(2) of a path of the host by init, before the pivot.
   *
   * @param source what, and which detached mount it becomes
   */
  record Bind(MountSource source) implements InitStep {
    @Override
    public SetupStep kind() {
      return SetupStep.BIND;
    }

    @Override
    public void fields(Fields to) {
      source.fields(to);
    }
  }

  /**
   * fsopen(2), fsconfig(2), fsmount(2): a new file system, not yet attached.
   *
   * @param detached number that it is kept under
   * @param type as in /proc/filesystems
   * @param source its device or a label
   * @param attrs MOUNT_ATTR_* bits
   * @param parameters in this order
   */
  record Filesystem(
      int detached, String type, String source, long attrs, List<Parameter> parameters)
      implements InitStep {
    public Filesystem {
      parameters = List.copyOf(parameters);
    }

    @Override
    public SetupStep kind() {
      return SetupStep.FILESYSTEM;
    }

    @Override
    public void fields(Fields to) {
      to.u16("detached", detached, NUMBER);
      to.str("type", type);
      to.str("source", source);
      to.u64("attrs", attrs, MOUNT_ATTRS);
      to.entries("options", parameters);
    }
  }

  /**
   * An overlay file system over a tree.
   *
   * @param detached number that it is kept under
   * @param lower the tree below, detached
   * @param writes a detached tree with the directories {@code upper}, where changes go, and {@code
   *     work}; {@link #TMPFS} for a new tmpfs
   * @param size bytes of that tmpfs; 0 = the kernel's default
   */
  record Overlay(int detached, int lower, int writes, long size) implements InitStep {
    /** Changes go to memory. */
    public static final int TMPFS = 0xffff;

    @Override
    public SetupStep kind() {
      return SetupStep.OVERLAY;
    }

    @Override
    public void fields(Fields to) {
      to.u16("detached", detached, NUMBER);
      to.u16("lower", lower, NUMBER);
      to.u16("writes", writes, DETACHED_OR_TMPFS);
      to.u64("size", size, NUMBER);
    }
  }

  /**
   * A detached mount becomes the root, and the old root goes away.
   *
   * @param detached what becomes the root
   */
  record PivotRoot(int detached) implements InitStep {
    @Override
    public SetupStep kind() {
      return SetupStep.PIVOT_ROOT;
    }

    @Override
    public void fields(Fields to) {
      to.u16("detached", detached, NUMBER);
    }
  }

  /**
   * move_mount(2) of a detached mount onto a path inside the new root.
   *
   * @param detached what is mounted
   * @param target absolute, in the container
   * @param flags {@link MountFlags}
   */
  record Mount(int detached, String target, int flags) implements InitStep {
    @Override
    public SetupStep kind() {
      return SetupStep.MOUNT;
    }

    @Override
    public void fields(Fields to) {
      to.u16("detached", detached, NUMBER);
      to.str("target", target);
      to.u32("flags", flags, MOUNT_FLAGS);
    }
  }

  /**
   * A directory and its missing parents; existing ones are left alone.
   *
   * @param path absolute, in the container
   * @param mode permissions
   */
  record Mkdir(String path, int mode) implements InitStep {
    @Override
    public SetupStep kind() {
      return SetupStep.MKDIR;
    }

    @Override
    public void fields(Fields to) {
      to.str("path", path);
      to.u32("mode", mode, MODE);
    }
  }

  /**
   * A symbolic link.
   *
   * @param target its content
   * @param path absolute, in the container
   */
  record Symlink(String target, String path) implements InitStep {
    @Override
    public SetupStep kind() {
      return SetupStep.SYMLINK;
    }

    @Override
    public void fields(Fields to) {
      to.str("target", target);
      to.str("path", path);
    }
  }

  /**
   * A device node.
   *
   * @param path absolute, in the container
   * @param mode type and permissions, as in st_mode
   * @param major of the device
   * @param minor of the device
   */
  record Mknod(String path, int mode, long major, long minor) implements InitStep {
    @Override
    public SetupStep kind() {
      return SetupStep.MKNOD;
    }

    @Override
    public void fields(Fields to) {
      to.str("path", path);
      to.u32("mode", mode, MODE);
      to.u32("major", major, MAJOR);
      to.u32("minor", minor, MINOR);
    }
  }

  /**
   * mount_setattr(2).
   *
   * @param path absolute, in the container; a mount point
   * @param recursive whether mounts below change too
   * @param set MOUNT_ATTR_* bits to set
   * @param clear MOUNT_ATTR_* bits to clear
   */
  record MountAttributes(String path, boolean recursive, long set, long clear) implements InitStep {
    @Override
    public SetupStep kind() {
      return SetupStep.MOUNT_ATTRIBUTES;
    }

    @Override
    public void fields(Fields to) {
      to.str("path", path);
      to.bool("recursive", recursive);
      to.u64("set", set, MOUNT_ATTRS);
      to.u64("clear", clear, MOUNT_ATTRS);
    }
  }

  /**
   * A path becomes read-only; a missing one is skipped.
   *
   * @param path absolute, in the container
   */
  record ReadonlyPath(String path) implements InitStep {
    @Override
    public SetupStep kind() {
      return SetupStep.READONLY_PATH;
    }

    @Override
    public void fields(Fields to) {
      to.str("path", path);
    }
  }

  /**
   * A path is hidden; a missing one is skipped.
   *
   * @param path absolute, in the container
   */
  record MaskPath(String path) implements InitStep {
    @Override
    public SetupStep kind() {
      return SetupStep.MASK_PATH;
    }

    @Override
    public void fields(Fields to) {
      to.str("path", path);
    }
  }

  /**
   * sethostname(2).
   *
   * @param name at most 64 bytes
   */
  record Hostname(String name) implements InitStep {
    @Override
    public SetupStep kind() {
      return SetupStep.HOSTNAME;
    }

    @Override
    public void fields(Fields to) {
      to.str("name", name);
    }
  }

  /**
   * setdomainname(2).
   *
   * @param name at most 64 bytes
   */
  record Domainname(String name) implements InitStep {
    @Override
    public SetupStep kind() {
      return SetupStep.DOMAINNAME;
    }

    @Override
    public void fields(Fields to) {
      to.str("name", name);
    }
  }

  /** The interface lo is set up. */
  record Loopback() implements InitStep {
    @Override
    public SetupStep kind() {
      return SetupStep.LOOPBACK;
    }

    @Override
    public void fields(Fields to) {}
  }

  /**
   * Writes a file below /proc/sys.
   *
   * @param key with slashes
   * @param value what is written
   * @param required whether a kernel that does not take it ends the set-up
   */
  record Sysctl(String key, String value, boolean required) implements InitStep {
    @Override
    public SetupStep kind() {
      return SetupStep.SYSCTL;
    }

    @Override
    public void fields(Fields to) {
      to.str("key", key);
      to.str("value", value);
      to.bool("required", required);
    }
  }

  /**
   * A pseudo-terminal from the container's own devpts becomes the command's standard streams.
   *
   * @param path where its slave is mounted, e.g. /dev/console; empty for nowhere
   */
  record Console(String path) implements InitStep {
    @Override
    public SetupStep kind() {
      return SetupStep.CONSOLE;
    }

    @Override
    public void fields(Fields to) {
      to.str("path", path);
    }
  }

  /**
   * A file with this content on a tmpfs of its own, not yet attached; before the pivot.
   *
   * @param detached number that it is kept under
   * @param mode permissions
   * @param uid owner inside
   * @param gid group inside
   * @param content its bytes
   */
  record Inject(int detached, int mode, long uid, long gid, Blob content) implements InitStep {
    @Override
    public SetupStep kind() {
      return SetupStep.INJECT;
    }

    @Override
    public void fields(Fields to) {
      to.u16("detached", detached, NUMBER);
      to.u32("mode", mode, MODE);
      to.u32("uid", uid, NUMBER);
      to.u32("gid", gid, NUMBER);
      to.blob("content", content);
    }
  }

  /**
   * The monitor gets a procfs of the container's pid namespace, and looks at it now and then. Over
   * a limit the container is stopped as {@link HostStep.Timeout} says; over that of memory it is
   * killed. Only with a new pid namespace.
   *
   * @param memoryBytes most bytes in the resident sets of all processes together; 0 = no limit
   * @param cpuMs most milliseconds of CPU time of all processes together; 0 = no limit
   * @param processes most processes and threads; 0 = no limit
   * @param periodMs milliseconds from look to look, 5 to 1000
   */
  record Watch(long memoryBytes, long cpuMs, long processes, long periodMs) implements InitStep {
    @Override
    public SetupStep kind() {
      return SetupStep.WATCH;
    }

    @Override
    public void fields(Fields to) {
      to.u64("memory_bytes", memoryBytes, LIMIT_OR_ZERO);
      to.u64("cpu_ms", cpuMs, LIMIT_OR_ZERO);
      to.u32("processes", processes, LIMIT_OR_ZERO);
      to.u32("period_ms", periodMs, NUMBER);
    }
  }

  /**
   * The files of an archive are made beneath /, as frames on nsinit's standard input say; a report
   * goes to its standard output. Last step of a plan that has no command.
   *
   * @param directories how many may be made on the way that are no member
   */
  record Unpack(long directories) implements InitStep {
    @Override
    public SetupStep kind() {
      return SetupStep.UNPACK;
    }

    @Override
    public void fields(Fields to) {
      to.u32("directories", directories, NUMBER);
    }
  }

  /**
   * All that a directory has is removed, whoever owns it; the number of bytes that this freed goes
   * to nsinit's standard output. Last step of a plan that has no command.
   *
   * @param path absolute, in the root
   */
  record Remove(String path) implements InitStep {
    @Override
    public SetupStep kind() {
      return SetupStep.REMOVE;
    }

    @Override
    public void fields(Fields to) {
      to.str("path", path);
    }
  }
}
