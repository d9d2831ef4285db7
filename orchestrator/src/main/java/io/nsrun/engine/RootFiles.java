package io.nsrun.engine;

import io.nsrun.rootfs.TreeSource;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.RootSource;
import io.nsrun.spec.Spec;
import io.nsrun.spec.UserNamespace;
import io.nsrun.state.ContainerDirectory;
import io.nsrun.state.ContainerRecord;
import io.nsrun.state.LockedDirectory;
import io.nsrun.state.StatePaths;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The files that the root file system of a container is made of, on the host. No path in them is
 * resolved here: an nsinit reads them, with them as its root.
 */
final class RootFiles {
  private final DetachedContainer container;
  private final StatePaths paths;
  private final Path directory;
  private final UserNamespace ids;
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
    Spec spec = ContainerDirectory.spec(directory);
    checkThatItHasItsOwn(container, spec);
    this.container = container;
    this.paths = caller.paths();
    this.directory = directory;
    this.ids = spec.user();
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
   * Keeps others from starting or removing the container, until what comes back is closed.
   *
   * @throws ExplainedException if it runs, or somebody has it
   */
  Closeable hold() throws IOException {
    LockedDirectory lock = LockedDirectory.tryAcquire(directory);
    if (lock == null) {
      throw new ContainerStateException(
          "container " + container.name() + " is in use", "try again");
    }
    return lock;
  }

  /**
   * All of it, as the container would see it, which somebody {@link #hold}s.
   *
   * @throws ExplainedException if it can't be had
   */
  TreeSource readAll() throws IOException {
    if (container.writes().kind().equals(DetachedRecord.MEMORY)) {
      throw forgotten(container);
    }
    return TreeSource.ofStopped(paths, idsInside(), root, layer(), true);
  }

  /** Names and attributes of what lies below the layer, with the ids of the container. */
  TreeSource readRootAsInside() throws IOException {
    return TreeSource.ofStopped(paths, idsInside(), root, "", false);
  }

  private UserNamespace idsInside() throws ExplainedException {
    if (ids.mode() == UserNamespace.Mode.JOIN) {
      throw new ExplainedException(
          "container " + container.name() + " has the user namespace of another one",
          "nobody can tell from outside whom its files belong to");
    }
    return ids;
  }

  /** Names and attributes of what lies below the layer. */
  TreeSource readRoot() throws IOException {
    return TreeSource.ofStopped(paths, idsOutside(), root, "", false);
  }

  /** Names and attributes of what is in the layer, which is a directory. */
  TreeSource readLayer() throws IOException {
    return TreeSource.ofStopped(paths, idsOutside(), layer() + "/upper", "", false);
  }

  /**
   * Any do, as long as they are all that the files can have; without, overlayfs marks otherwise.
   */
  private UserNamespace idsOutside() {
    return ids.mode() == UserNamespace.Mode.HOST ? ids : UserNamespace.of(UserNamespace.Mode.AUTO);
  }
}
