package io.nsrun.plan;

import static io.nsrun.plan.steps.LinuxConstants.MOUNT_ATTR_NODEV;
import static io.nsrun.plan.steps.LinuxConstants.MOUNT_ATTR_NOEXEC;
import static io.nsrun.plan.steps.LinuxConstants.MOUNT_ATTR_NOSUID;
import static io.nsrun.plan.steps.LinuxConstants.MOUNT_ATTR_RDONLY;
import static io.nsrun.plan.steps.LinuxConstants.MS_PRIVATE;
import static io.nsrun.plan.steps.LinuxConstants.MS_REC;
import static io.nsrun.plan.steps.LinuxConstants.MS_SHARED;
import static io.nsrun.plan.steps.LinuxConstants.MS_SLAVE;

import io.nsrun.plan.facts.HostFacts;
import io.nsrun.plan.facts.PathKind;
import io.nsrun.plan.facts.Resolved;
import io.nsrun.plan.steps.FileStep;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.Step;
import io.nsrun.spec.ContainerPath;
import io.nsrun.spec.Mount;
import io.nsrun.spec.MountOptions;
import io.nsrun.spec.Root;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.UserNamespace;
import java.util.ArrayList;
import java.util.List;

/** Plans the file systems of a container with a mount namespace of its own. */
final class MountPlanner {
  private static final int OWN = Step.MountFlags.CREATE_DIRECTORY | Step.MountFlags.NO_SYMLINKS;
  private static final int WORKDIR_MODE = 0755;
  private static final int READ_ALONE = 0555;

  private final Resolved resolved;
  private final Spec spec;
  private final HostFacts facts;
  private final PlanBuilder plan;
  private final List<Mount> mounts;
  private final boolean byMonitor;
  private boolean leasedIds;
  private long uid;
  private long gid;

  MountPlanner(Resolved resolved, HostFacts facts, PlanBuilder plan) {
    this.resolved = resolved;
    this.spec = resolved.spec();
    this.facts = facts;
    this.plan = plan;
    this.mounts = sortedByDepth(resolved.mounts());
    this.byMonitor =
        facts.mayMount()
            && (!facts.isNested() || spec.user().mode() == UserNamespace.Mode.EXPLICIT);
  }

  /** Adds every step from the propagation to what is hidden. */
  void plan(IdAllocation ids, SpecProblems problems) {
    if (ids != null) {
      leasedIds = ids.areLeased();
      uid = IdMappings.rootOf(ids.uids());
      gid = IdMappings.rootOf(ids.gids());
    }
    plan.beforePivot(new FileStep.Propagation(MS_REC | propagation()));
    HostRootPlanner opened =
        facts.opened().isEmpty() ? null : new HostRootPlanner(spec, facts, this, plan);
    root(opened);
    if (opened != null) {
      opened.entries();
    }
    SystemMounts system = new SystemMounts(spec, facts, this, plan);
    system.plan(ids);
    if (spec.root().isHost()) {
      temporary("/tmp", "1777");
      temporary("/run", "755");
    }
    for (int i = 0; i < mounts.size(); i++) {
      mount(mounts.get(i));
    }
    String cwd = spec.process().cwd();
    // The host's root is read-only: a missing directory is then better told by workdir itself.
    if (!cwd.equals("/") && (!spec.root().isHost() || spec.root().forgetsWrites())) {
      plan.afterPivot(new FileStep.Mkdir(cwd, WORKDIR_MODE));
    }
    if (opened != null) {
      opened.close();
    }
    NamespaceSettings.plan(spec, ids, isReplaced("/proc"), plan);
    system.mask(problems);
  }

  /** Whether the caller mounts something else at this place of the system. */
  boolean isReplaced(String target) {
    for (int i = 0; i < mounts.size(); i++) {
      if (target.equals(ContainerPath.normalize(mounts.get(i).target()))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Clones a tree of the host into a new detached mount: by the monitor if it may mount in its own
   * namespace, since the container's ids may not reach the path, and else by init. The root of a
   * nested user namespace may not own its mount namespace, as after {@code unshare -r}; it has the
   * ids of its containers, which reach what it reaches, unless other maps are given.
   */
  int tree(
      String path,
      boolean recursive,
      long attributes,
      long propagation,
      Step.Expect expect,
      long major,
      long minor) {
    int detached = plan.newDetached();
    Step.MountSource source =
        new Step.MountSource(
            detached, path, recursive, attributes, 0, propagation, expect, major, minor);
    if (byMonitor) {
      plan.host(new HostStep.HostTree(source));
    } else {
      plan.beforePivot(new FileStep.Bind(source));
    }
    return detached;
  }

  /** Makes a file system and mounts it on a path of nsrun's own choice. */
  void filesystem(String type, String target, long attributes, List<Step.Parameter> parameters) {
    filesystem(type, target, attributes, parameters, OWN);
  }

  private void filesystem(
      String type, String target, long attributes, List<Step.Parameter> parameters, int flags) {
    int detached = plan.newDetached();
    plan.beforePivot(new FileStep.Filesystem(detached, type, type, attributes, parameters));
    plan.afterPivot(new FileStep.Mount(detached, target, flags));
  }

  /**
   * @param opened null if no directory of the host's root is opened
   */
  private void root(HostRootPlanner opened) {
    if (opened != null && HostRootPlanner.opensRoot(facts)) {
      plan.afterPivot(new FileStep.PivotRoot(opened.root()));
      return;
    }
    Root root = spec.root();
    long attributes = MOUNT_ATTR_NODEV;
    if (root.isHost()) {
      attributes |= MOUNT_ATTR_NOSUID | MOUNT_ATTR_RDONLY;
    }
    int detached = tree(resolved.root(), true, attributes, MS_PRIVATE, Step.Expect.DIRECTORY, 0, 0);
    // The host's own tree has parts that can't be translated, /proc for one, and is not to be
    // written anyhow: to it the container's root is a stranger.
    if (leasedIds && !root.isHost()) {
      plan.afterNamespaces(new HostStep.IdmapMount(detached));
    }
    if (root.hasLayer()) {
      boolean directory = root.hasDirectoryForWrites();
      int writes = directory ? writes() : FileStep.Overlay.TMPFS;
      int overlay = plan.newDetached();
      long size = directory ? 0 : spec.limits().memory().value();
      plan.beforePivot(new FileStep.Overlay(overlay, detached, writes, size));
      detached = overlay;
    }
    // Planned first, so that it comes before all other attachments.
    plan.afterPivot(new FileStep.PivotRoot(detached));
  }

  /** The directory that has the layer of changes, detached. */
  private int writes() {
    int detached =
        tree(
            resolved.layer(),
            false,
            MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID,
            MS_PRIVATE,
            Step.Expect.DIRECTORY,
            0,
            0);
    if (leasedIds) {
      plan.afterNamespaces(new HostStep.IdmapMount(detached));
    }
    return detached;
  }

  private void temporary(String target, String mode) {
    if (!isReplaced(target)) {
      List<Step.Parameter> parameters = new ArrayList<>();
      parameters.add(new Step.Parameter("mode", mode));
      long size = spec.limits().memory().value();
      if (size > 0) {
        parameters.add(new Step.Parameter("size", Long.toString(size)));
      }
      filesystem(
          "tmpfs",
          target,
          MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
          parameters,
          HostRootPlanner.opensRoot(facts) ? OWN : Step.MountFlags.NO_SYMLINKS);
    }
  }

  private void mount(Mount mount) {
    // "target" was validated: it normalizes.
    String target = ContainerPath.normalize(mount.target());
    if (mount instanceof Mount.Bind bind) {
      bind(bind, target);
    } else if (mount instanceof Mount.Tmpfs tmpfs) {
      tmpfs(tmpfs, target);
    } else if (mount instanceof Mount.Inject inject) {
      inject(inject, target);
    }
  }

  private void inject(Mount.Inject inject, String target) {
    int detached = plan.newDetached();
    Root root = spec.root();
    int mode = inject.provided() && root.readOnly() ? inject.mode() & READ_ALONE : inject.mode();
    plan.beforePivot(new FileStep.Inject(detached, mode, uid, gid, inject.content()));
    if (inject.provided()) {
      // A directory that is not to be written gets no mount points for what nobody asked for.
      boolean make = !root.readOnly() || root.isHost() || root.hasLayer();
      plan.afterPivot(
          new FileStep.Mount(
              detached,
              target,
              Step.MountFlags.OPTIONAL | (make ? Step.MountFlags.CREATE_FILE : 0)));
      return;
    }
    plan.afterPivot(new FileStep.Mount(detached, target, Step.MountFlags.CREATE_FILE));
    // The mode alone would not keep a root with CAP_DAC_OVERRIDE from writing.
    plan.afterPivot(new FileStep.MountAttributes(target, false, attributes(inject.options()), 0));
  }

  private void bind(Mount.Bind bind, String target) {
    boolean directory = facts.kind(bind.source()).isDirectory();
    int detached =
        tree(
            bind.source(),
            bind.recursive(),
            attributes(bind.options()),
            propagation(bind.propagation()),
            directory ? Step.Expect.DIRECTORY : Step.Expect.ANY,
            0,
            0);
    // A device is no file with an owner to keep, and devtmpfs has no translation.
    boolean translated = leasedIds && facts.kind(bind.source()) != PathKind.CHARACTER_DEVICE;
    if (bind.idmap() == Mount.Idmap.ON || (bind.idmap() == Mount.Idmap.AUTO && translated)) {
      plan.afterNamespaces(new HostStep.IdmapMount(detached));
    }
    int create = directory ? Step.MountFlags.CREATE_DIRECTORY : Step.MountFlags.CREATE_FILE;
    plan.afterPivot(new FileStep.Mount(detached, target, create));
  }

  private void tmpfs(Mount.Tmpfs tmpfs, String target) {
    List<Step.Parameter> parameters = new ArrayList<>();
    parameters.add(new Step.Parameter("mode", Integer.toOctalString(tmpfs.mode())));
    // Files in memory are no process's: without a size they would be a way around the limit.
    long size = tmpfs.size().value() > 0 ? tmpfs.size().value() : spec.limits().memory().value();
    if (size > 0) {
      parameters.add(new Step.Parameter("size", Long.toString(size)));
    }
    filesystem(
        "tmpfs", target, attributes(tmpfs.options()), parameters, Step.MountFlags.CREATE_DIRECTORY);
  }

  /** What flows into the new mount namespace; only init's own clones depend on it. */
  private long propagation() {
    for (int i = 0; i < mounts.size(); i++) {
      if (mounts.get(i) instanceof Mount.Bind bind
          && bind.propagation() != Mount.Propagation.PRIVATE) {
        return MS_SLAVE;
      }
    }
    return MS_PRIVATE;
  }

  private static long propagation(Mount.Propagation propagation) {
    return switch (propagation) {
      case PRIVATE -> MS_PRIVATE;
      case SLAVE -> MS_SLAVE;
      case SHARED -> MS_SHARED;
    };
  }

  private static long attributes(MountOptions options) {
    return (options.readOnly() ? MOUNT_ATTR_RDONLY : 0)
        | (options.noSuid() ? MOUNT_ATTR_NOSUID : 0)
        | (options.noDev() ? MOUNT_ATTR_NODEV : 0)
        | (options.noExec() ? MOUNT_ATTR_NOEXEC : 0);
  }

  /** Parents before what is below them; otherwise as given. An insertion sort: lists are short. */
  private static List<Mount> sortedByDepth(List<Mount> mounts) {
    List<Mount> sorted = new ArrayList<>(mounts.size());
    for (int i = 0; i < mounts.size(); i++) {
      int at = sorted.size();
      while (at > 0 && depth(sorted.get(at - 1)) > depth(mounts.get(i))) {
        at--;
      }
      sorted.add(at, mounts.get(i));
    }
    return sorted;
  }

  private static int depth(Mount mount) {
    return ContainerPath.depth(ContainerPath.normalize(mount.target()));
  }
}
