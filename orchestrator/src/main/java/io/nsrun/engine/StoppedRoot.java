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
 * The root file system of a container that does not run. Until this is closed, nobody starts or
 * removes it.
 */
final class StoppedRoot implements Closeable {
  private final StatePaths paths;
  private final UserNamespace ids;
  private final String root;
  private final String layer;
  private final LockedDirectory lock;

  private StoppedRoot(
      StatePaths paths, UserNamespace ids, String root, String layer, LockedDirectory lock) {
    this.paths = paths;
    this.ids = ids;
    this.root = root;
    this.layer = layer;
    this.lock = lock;
  }

  /**
   * Takes it.
   *
   * @param directory of the container, in the caller's state
   * @param record of it
   * @throws ExplainedException if there is none, or somebody has it
   */
  static StoppedRoot open(
      Caller caller, DetachedContainer container, Path directory, ContainerRecord record)
      throws IOException {
    String name = container.name();
    Spec spec = ContainerDirectory.spec(directory);
    if (spec.root().isHost()) {
      throw new ExplainedException(
          "container " + name + " has the host's root file system",
          "start one from an archive or a directory");
    }
    if (container.writes().kind().equals("memory")) {
      throw new ExplainedException(
          "what container " + name + " wrote was in memory, and is gone",
          "while one runs, it is there");
    }
    if (spec.user().mode() == UserNamespace.Mode.JOIN) {
      throw new ExplainedException(
          "container " + name + " had the user namespace of another one", "start it first");
    }
    LockedDirectory lock = LockedDirectory.tryAcquire(directory);
    if (lock == null) {
      throw new ExplainedException("container " + name + " is in use", "try again");
    }
    boolean done = false;
    try {
      String root = root(caller.paths(), spec, record);
      if (!OsPath.isDirectory(root)) {
        throw new ExplainedException(
            "the files that container " + name + " was started from are gone: " + root, "");
      }
      StoppedRoot opened =
          new StoppedRoot(caller.paths(), spec.user(), root, layer(container), lock);
      done = true;
      return opened;
    } finally {
      if (!done) {
        lock.close();
      }
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

  private static String layer(DetachedContainer container) {
    return switch (container.writes().kind()) {
      case DetachedRecord.LAYER, "directory" -> container.writes().directory();
      default -> "";
    };
  }

  /** Has it read, as the container would see it. */
  TreeSource read() throws IOException {
    return TreeSource.ofStopped(paths, ids, root, layer);
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
