package io.nsrun.plan;

import static io.nsrun.plan.steps.LinuxConstants.MOUNT_ATTR_NODEV;
import static io.nsrun.plan.steps.LinuxConstants.MOUNT_ATTR_NOSUID;
import static io.nsrun.plan.steps.LinuxConstants.MOUNT_ATTR_RDONLY;
import static io.nsrun.plan.steps.LinuxConstants.MS_PRIVATE;

import io.nsrun.plan.facts.HostFacts;
import io.nsrun.plan.facts.OpenedDirectory;
import io.nsrun.plan.steps.FileStep;
import io.nsrun.plan.steps.Step;
import io.nsrun.spec.Spec;
import java.util.ArrayList;
import java.util.List;

/**
 * Plans the directories of the host's root in which something is to be made: each is a new
 * directory in memory, in which the host's entries are mounted. They are read-only as the host's
 * root is, or, for a root that forgets what is written, have a layer of their own each: overlayfs
 * over / itself would show nothing of the mounts below it, and the kernel refuses it to ordinary
 * users.
 */
final class HostRootPlanner {
  private static final long ATTRIBUTES = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_RDONLY;
  private static final int NEW_DIRECTORY =
      Step.MountFlags.CREATE_DIRECTORY | Step.MountFlags.NO_SYMLINKS;
  private static final int NEW_FILE = Step.MountFlags.CREATE_FILE | Step.MountFlags.NO_SYMLINKS;

  private final Spec spec;
  private final List<OpenedDirectory> opened;
  private final MountPlanner mounts;
  private final PlanBuilder plan;

  HostRootPlanner(Spec spec, HostFacts facts, MountPlanner mounts, PlanBuilder plan) {
    this.spec = spec;
    this.opened = facts.opened();
    this.mounts = mounts;
    this.plan = plan;
  }

  /** Whether / itself is one of them. */
  static boolean opensRoot(HostFacts facts) {
    return !facts.opened().isEmpty() && facts.opened().get(0).path().equals("/");
  }

  /** A new, empty root, detached. */
  int root() {
    int detached = plan.newDetached();
    plan.beforePivot(filesystem(detached));
    return detached;
  }

  private FileStep.Filesystem filesystem(int detached) {
    List<Step.Parameter> parameters = new ArrayList<>();
    parameters.add(new Step.Parameter("mode", "755"));
    long size = layerSize();
    if (size > 0) {
      parameters.add(new Step.Parameter("size", Long.toString(size)));
    }
    return new FileStep.Filesystem(
        detached, "tmpfs", "tmpfs", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, parameters);
  }

  /** All layers together hold as much as one may; zero for no limit. */
  private long layerSize() {
    long layers = 1;
    for (OpenedDirectory directory : opened) {
      for (OpenedDirectory.Entry entry : directory.entries()) {
        layers += isLayer(directory, entry) ? 1 : 0;
      }
    }
    return spec.limits().memory().value() / layers;
  }

  private boolean isLayer(OpenedDirectory directory, OpenedDirectory.Entry entry) {
    return spec.root().forgetsWrites()
        && !spec.root().readOnly()
        && directory.path().equals("/")
        && entry.canBeLayer();
  }

  /** Mounts what they have, once the root is there. */
  void entries() {
    for (int i = 0; i < opened.size(); i++) {
      OpenedDirectory directory = opened.get(i);
      if (!directory.path().equals("/")) {
        int detached = plan.newDetached();
        plan.beforePivot(filesystem(detached));
        plan.afterPivot(
            new FileStep.Mount(detached, directory.path(), Step.MountFlags.NO_SYMLINKS));
      }
      for (int k = 0; k < directory.entries().size(); k++) {
        entry(directory, directory.entries().get(k));
      }
    }
  }

  private void entry(OpenedDirectory directory, OpenedDirectory.Entry entry) {
    String path = directory.pathOf(entry);
    if (entry.isLink()) {
      plan.afterPivot(new FileStep.Symlink(entry.target(), path));
      return;
    }
    boolean isDirectory = entry.kind().isDirectory();
    Step.Expect expect = isDirectory ? Step.Expect.DIRECTORY : Step.Expect.ANY;
    int detached = mounts.tree(path, true, ATTRIBUTES, MS_PRIVATE, expect, 0, 0);
    boolean layer = isLayer(directory, entry);
    if (layer) {
      int overlay = plan.newDetached();
      plan.beforePivot(
          new FileStep.Overlay(overlay, detached, FileStep.Overlay.TMPFS, layerSize()));
      detached = overlay;
    }
    plan.afterPivot(new FileStep.Mount(detached, path, isDirectory ? NEW_DIRECTORY : NEW_FILE));
    if (layer) {
      plan.afterPivot(new FileStep.MountAttributes(path, false, MOUNT_ATTR_NOSUID, 0));
    }
  }

  /** Closes them again, once every mount point is made. */
  void close() {
    for (int i = 0; i < opened.size() && spec.root().readOnly(); i++) {
      plan.afterPivot(
          new FileStep.MountAttributes(opened.get(i).path(), false, MOUNT_ATTR_RDONLY, 0));
    }
  }
}
