package io.nsrun.engine;

import io.nsrun.plan.facts.Resolved;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.spec.Groups;
import io.nsrun.spec.Mount;
import io.nsrun.spec.ProcessSpec;
import io.nsrun.spec.Root;
import io.nsrun.spec.RootSource;
import io.nsrun.spec.Spec;
import io.nsrun.spec.UserRef;
import io.nsrun.spec.Writes;
import io.nsrun.state.ContainerRecord;
import io.nsrun.state.ExitRecord;
import java.util.ArrayList;
import java.util.List;

/** Makes the record of a container that is to live on. */
final class DetachedRecord {
  /** What is written goes to a layer that is kept beside the record. */
  static final String LAYER = "layer";

  /** To a layer in a directory of the caller's. */
  static final String DIRECTORY = "directory";

  /** To a layer that ends with the container. */
  static final String MEMORY = "memory";

  private static final String IN_PLACE = "rootfs";
  private static final String NOWHERE = "nowhere";

  private DetachedRecord() {}

  /**
   * The record.
   *
   * @param unfit why what it writes is not kept; empty if it is, or nobody wanted that
   */
  static ContainerRecord of(Resolved resolved, LaunchPlan plan, String unfit) {
    Spec spec = resolved.spec();
    return new ContainerRecord(
        spec.id(),
        spec.name(),
        rootfs(spec.root().source()),
        root(resolved, unfit),
        spec.process().args(),
        System.currentTimeMillis(),
        Integer.toUnsignedString((int) resolved.user().uid())
            + ":"
            + Integer.toUnsignedString((int) resolved.user().gid()),
        resolved.hostname(),
        spec.process().terminal() != null,
        new ContainerRecord.Stop(spec.stop().signal().number(), spec.stop().grace().toMillis()),
        spec.detached().remove(),
        spec.detached().logFiles(),
        spec.detached().restart().text(),
        isolation(plan));
  }

  static List<ExitRecord.Property> isolation(LaunchPlan plan) {
    List<ExitRecord.Property> isolation = new ArrayList<>();
    for (Isolation.Property property : plan.isolation().properties()) {
      isolation.add(
          new ExitRecord.Property(
              property.aspect().key(), property.full(), property.value(), property.reason()));
    }
    return isolation;
  }

  private static ContainerRecord.Root root(Resolved resolved, String unfit) {
    Root root = resolved.spec().root();
    String tree =
        root.isStored() ? resolved.root().substring(resolved.root().lastIndexOf('/') + 1) : "";
    if (root.writes() instanceof Writes.Lasting) {
      return new ContainerRecord.Root(tree, LAYER, "", unfit);
    }
    if (root.hasDirectoryForWrites()) {
      return new ContainerRecord.Root(tree, DIRECTORY, resolved.layer(), unfit);
    }
    if (root.writes() instanceof Writes.InPlace) {
      return new ContainerRecord.Root(tree, IN_PLACE, resolved.root(), unfit);
    }
    String kind = root.writes() instanceof Writes.None ? NOWHERE : MEMORY;
    return new ContainerRecord.Root(tree, kind, "", unfit);
  }

  /**
   * What was asked for, with what was found of the command's user and environment, and of the host
   * name, in its place: so that it is the same whenever the container starts.
   */
  static Spec found(Resolved resolved) {
    Spec spec = resolved.spec();
    ProcessSpec process = spec.process();
    return spec.with(
        new ProcessSpec(
            process.args(),
            resolved.env(),
            process.cwd(),
            new UserRef.Numbers(resolved.user()),
            new Groups(List.of(), process.groups().kept()),
            process.terminal(),
            process.interactive(),
            process.umask(),
            process.relayed()),
        resolved.hostname(),
        mounts(resolved));
  }

  /**
   * The caller's entry among the users was found, too: nobody looks for it where the user of the
   * command has numbers.
   */
  private static List<Mount> mounts(Resolved resolved) {
    List<Mount> mounts = new ArrayList<>(resolved.spec().mounts());
    for (Mount mount : resolved.mounts()) {
      if (mount instanceof Mount.Inject file
          && file.provided()
          && ProvidedFiles.isOfUsers(file.target())) {
        mounts.add(file);
      }
    }
    return mounts;
  }

  private static String rootfs(RootSource source) {
    if (source instanceof RootSource.Directory directory) {
      return directory.path();
    }
    if (source instanceof RootSource.Archive archive) {
      return archive.path();
    }
    return source instanceof RootSource.Embedded ? "busybox" : "/";
  }
}
