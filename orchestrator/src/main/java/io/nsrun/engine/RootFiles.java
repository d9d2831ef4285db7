package io.nsrun.engine;

import io.nsrun.launch.OverlayDirectory;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.rootfs.StoppedTree;
import io.nsrun.rootfs.TreeAccess;
import io.nsrun.rootfs.TreeSource;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.RootSource;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.Text;
import io.nsrun.spec.UserNamespace;
import io.nsrun.state.ContainerDirectory;
import io.nsrun.state.ContainerRecord;
import io.nsrun.state.LockedDirectory;
import io.nsrun.state.StatePaths;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The files that the root file system of a container is made of, on the host. No path in them is
 * resolved here: an nsinit reads them, with them as its root.
 */
final class RootFiles {
  private final DetachedContainer container;
  private final StatePaths paths;
  private final Path directory;
  private final Spec spec;
  private final String root;

  /**
   * Finds them.
   *
   * @param directory of the container, in the caller's state
   * @param record of it
   * @throws ExplainedException if there are none
   */
  RootFiles(Caller caller, DetachedContainer container, Path directory, ContainerRecord record)
      throws IOException {
    this.spec = ContainerDirectory.spec(directory);
    checkThatItHasItsOwn(container, spec);
    this.container = container;
    this.paths = caller.paths();
    this.directory = directory;
    this.root = root(caller.paths(), spec, record);
    if (!OsPath.isDirectory(root)) {
      throw new ExplainedException(
          "the files that container " + container.name() + " was started from are gone: " + root,
          "");
    }
  }

  /**
   * Sees to it that there is a root file system of its own.
   *
   * @throws ExplainedException if that is the host's
   */
  static void checkThatItHasItsOwn(DetachedContainer container, Spec spec)
      throws ExplainedException {
    if (spec.root().isHost()) {
      throw new ExplainedException(
          "container " + container.name() + " has the host's root file system",
          "start one from an archive or a directory");
    }
  }

  private static String root(StatePaths paths, Spec spec, ContainerRecord record)
      throws IOException {
    String tree = record.root().tree();
    if (!tree.isEmpty()) {
      return OsPath.text(TreeSource.stored(paths, tree));
    }
    return ((RootSource.Directory) spec.root().source()).path();
  }

  /** What was asked for. */
  Spec spec() {
    return spec;
  }

  /** Absolute path of what was written above the root; empty if that is no directory. */
  private String layer() {
    return switch (container.writes().kind()) {
      case DetachedRecord.LAYER, DetachedRecord.DIRECTORY -> container.writes().directory();
      default -> "";
    };
  }

  /** What was in memory can't be had of one that has ended. */
  static ContainerStateException forgotten(DetachedContainer container) {
    return new ContainerStateException(
        "what container " + container.name() + " wrote was in memory, and is gone",
        "while one runs, it is there");
  }

  /**
   * Keeps others from starting or removing the container, and from having the directory that it
   * writes to, until what comes back is closed.
   *
   * @throws ContainerStateException if it runs, or somebody has it
   * @throws ExplainedException if somebody has that directory
   */
  Closeable hold() throws IOException {
    LockedDirectory own = LockedDirectory.tryAcquire(directory);
    if (own == null) {
      throw new ContainerStateException(
          "container " + container.name() + " is in use", "try again");
    }
    if (!isNamed()) {
      return own;
    }
    boolean done = false;
    try {
      OverlayDirectory named = OverlayDirectory.open(OsPath.of(layer()), paths.uid());
      done = true;
      return () -> {
        named.close();
        own.close();
      };
    } finally {
      if (!done) {
        own.close();
      }
    }
  }

  /** Whether what it writes goes to a directory that its caller has named. */
  private boolean isNamed() {
    return container.writes().kind().equals(DetachedRecord.DIRECTORY);
  }

  /**
   * All of it, as the container would see it, which somebody {@link #hold}s: to be read.
   *
   * @throws ExplainedException if it can't be had
   */
  TreeAccess toRead() throws IOException {
    if (isInMemory() && hasRun() && !spec.root().readOnly()) {
      throw forgotten(container);
    }
    return held();
  }

  /**
   * As {@link #toRead}, to be written to, too.
   *
   * @throws ExplainedException if what is written would be nowhere, or others would have it
   */
  TreeAccess toWrite() throws IOException {
    if (spec.root().readOnly()) {
      throw new ContainerStateException(
          Text.of("container ", container.name(), " can't write to its root file system"),
          Text.of("make it without ", SpecField.READ_ONLY));
    }
    if (isInMemory()) {
      throw hasRun()
          ? forgotten(container)
          : new ContainerStateException(
              "what is written to the root file system of container "
                  + container.name()
                  + " is kept in memory, and only while it runs",
              "start it first");
    }
    return held();
  }

  private boolean hasRun() {
    return container.status() != DetachedContainer.Status.CREATED;
  }

  private boolean isInMemory() {
    return container.writes().kind().equals(DetachedRecord.MEMORY);
  }

  private TreeAccess held() throws IOException {
    List<HostStep.Lock> locks = new ArrayList<>();
    locks.add(Leases.lockOfDirectory(OsPath.text(directory)));
    if (isNamed()) {
      locks.add(Leases.lockOfDirectory(layer()));
    }
    return new StoppedTree(idsInside(), root, layer(), locks);
  }

  /** Names and attributes of what lies below the layer, with the ids of the container. */
  TreeSource readRootAsInside() throws IOException {
    return source(idsInside(), root);
  }

  private UserNamespace idsInside() throws ExplainedException {
    if (spec.user().mode() == UserNamespace.Mode.JOIN) {
      throw new ExplainedException(
          "container " + container.name() + " has the user namespace of another one",
          "nobody can tell from outside whom its files belong to");
    }
    return spec.user();
  }

  /** Names and attributes of what lies below the layer. */
  TreeSource readRoot() throws IOException {
    return source(idsOutside(), root);
  }

  /** Names and attributes of what is in the layer, which is a directory. */
  TreeSource readLayer() throws IOException {
    return source(idsOutside(), layer() + "/upper");
  }

  private TreeSource source(UserNamespace as, String tree) throws IOException {
    return TreeSource.ofContainersRoot(paths, new StoppedTree(as, tree, "", List.of()), false);
  }

  /**
   * Any do, as long as they are all that the files can have; without, overlayfs marks otherwise.
   */
  private UserNamespace idsOutside() {
    return spec.user().mode() == UserNamespace.Mode.HOST
        ? spec.user()
        : UserNamespace.of(UserNamespace.Mode.AUTO);
  }
}
