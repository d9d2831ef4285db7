package io.nsrun.plan.steps;

import static io.nsrun.plan.steps.Fields.Form.DETACHED_OR_TMPFS;
import static io.nsrun.plan.steps.Fields.Form.MAJOR;
import static io.nsrun.plan.steps.Fields.Form.MINOR;
import static io.nsrun.plan.steps.Fields.Form.MODE;
import static io.nsrun.plan.steps.Fields.Form.MOUNT_ATTRS;
import static io.nsrun.plan.steps.Fields.Form.MOUNT_FLAGS;
import static io.nsrun.plan.steps.Fields.Form.NUMBER;
import static io.nsrun.plan.steps.Fields.Form.PROPAGATION;

import io.nsrun.spec.Blob;
import java.util.List;

/** Steps of the container's PID 1 that make the files it sees: mounts, and what they need. */
public sealed interface FileStep extends InitStep {
  /**
   * mount(2) of / with propagation flags only.
   *
   * @param flags MS_* bits
   */
  record Propagation(long flags) implements FileStep {
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
  record Bind(MountSource source) implements FileStep {
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
      implements FileStep {
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
  record Overlay(int detached, int lower, int writes, long size) implements FileStep {
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
  record PivotRoot(int detached) implements FileStep {
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
  record Mount(int detached, String target, int flags) implements FileStep {
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
  record Mkdir(String path, int mode) implements FileStep {
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
  record Symlink(String target, String path) implements FileStep {
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
  record Mknod(String path, int mode, long major, long minor) implements FileStep {
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
  record MountAttributes(String path, boolean recursive, long set, long clear) implements FileStep {
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
  record ReadonlyPath(String path) implements FileStep {
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
  record MaskPath(String path) implements FileStep {
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
   * A file with this content on a tmpfs of its own, not yet attached; before the pivot.
   *
   * @param detached number that it is kept under
   * @param mode permissions
   * @param uid owner inside
   * @param gid group inside
   * @param content its bytes
   */
  record Inject(int detached, int mode, long uid, long gid, Blob content) implements FileStep {
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
}
