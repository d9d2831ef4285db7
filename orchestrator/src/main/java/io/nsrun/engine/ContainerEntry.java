package io.nsrun.engine;

import io.nsrun.control.Event;
import io.nsrun.control.LifeFile;
import io.nsrun.plan.facts.RootIds;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.plan.steps.LinuxConstants;
import io.nsrun.plan.steps.Step;
import io.nsrun.rootfs.RunningTree;
import io.nsrun.rootfs.TreeAccess;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.NamespaceMode;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.Spec;
import io.nsrun.spec.UserNamespace;
import io.nsrun.state.ContainerDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The way to the files of a container that runs: its namespaces, which its monitor has open. */
final class ContainerEntry {
  private final DetachedContainers all;
  private final DetachedContainer container;
  private final Path directory;

  /**
   * @param directory of the container, in the caller's state
   */
  ContainerEntry(DetachedContainers all, DetachedContainer container, Path directory) {
    this.all = all;
    this.container = container;
    this.directory = directory;
  }

  /**
   * The namespaces that its files are in, and who it is that they obey. Whoever has entered them
   * asks {@link #check} afterwards.
   *
   * @throws ExplainedException if it does not run, or can't be entered
   */
  TreeAccess access() throws IOException {
    Verb.ENTER.check(container);
    Spec spec = ContainerDirectory.spec(directory);
    Event.Namespaces found = LifeFile.read(ContainerDirectory.life(directory)).namespaces();
    if (spec.namespace(NamespaceType.MOUNT) instanceof NamespaceMode.Host) {
      throw new ExplainedException(
          "container " + container.name() + " has the host's mounts", "its files are the host's");
    }
    List<Step.Joined> joined = new ArrayList<>();
    if (spec.user().mode() != UserNamespace.Mode.HOST) {
      add(joined, found, LinuxConstants.CLONE_NEWUSER);
    }
    add(joined, found, LinuxConstants.CLONE_NEWNS);
    return new RunningTree(joined, RootIds.of(container.initPid()));
  }

  /**
   * As {@link #access}, where there is a root file system of its own.
   *
   * @throws ExplainedException if that is the host's, or its mounts are locked: a copy of the
   *     root's alone would show what they cover
   */
  TreeAccess accessToRoot() throws IOException {
    TreeAccess access = access();
    if (DetachedContainers.has(container, Isolation.Aspect.MOUNTS, Isolation.MOUNTS_LOCKED)) {
      throw new ContainerStateException(
          "container "
              + container.name()
              + " may mount by itself, and what lies below its mounts can't be read while it runs",
          "stop it first");
    }
    RootFiles.checkThatItHasItsOwn(container, ContainerDirectory.spec(directory));
    return access;
  }

  private void add(List<Step.Joined> joined, Event.Namespaces found, long type)
      throws ExplainedException {
    joined.add(new Step.Joined(type, path(container.name(), found, type)));
  }

  /**
   * Where one of its namespaces can be entered.
   *
   * @param found those that its monitor has open; null if it did not tell
   * @param type CLONE_NEW*
   */
  static String path(String name, Event.Namespaces found, long type)
      throws ContainerStateException {
    Long descriptor = found == null ? null : found.descriptors().get(type);
    if (descriptor == null) {
      throw new ContainerStateException(
          "container " + name + " can't be entered", "its monitor could not open its namespaces");
    }
    return "/proc/" + found.monitor() + "/fd/" + descriptor;
  }

  /** Whether there still is something to enter, see {@link DetachedContainers#isThere}. */
  boolean isThere() {
    return all.isThere(container);
  }

  /**
   * Sees to it that what was entered is the container: if it runs still, nobody else had the pid of
   * its monitor meanwhile.
   *
   * @throws ContainerStateException if it has ended
   */
  void check() throws IOException {
    if (!all.runs(container)) {
      throw ContainerStateException.hasEnded(container.name());
    }
  }
}
