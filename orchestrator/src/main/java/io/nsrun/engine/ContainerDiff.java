package io.nsrun.engine;

import io.nsrun.rootfs.TreeChanges;
import io.nsrun.rootfs.TreeException;
import io.nsrun.rootfs.TreeSource;
import io.nsrun.spec.ExplainedException;
import java.io.IOException;

/** What a container has changed of the root file system that it was started from. */
public final class ContainerDiff {
  /** What became of something. */
  public enum Kind {
    CHANGED,
    ADDED,
    DELETED
  }

  /** Is told of changes, by their paths: a directory before what it has. */
  public interface Listener {
    /** Something is not as it was; its path is absolute. */
    void changed(Kind kind, String path);
  }

  private final Caller caller;
  private final DetachedContainers all;
  private final DetachedContainer container;

  /**
   * @param all those of the caller
   * @param container one of them, running or not
   */
  public ContainerDiff(Caller caller, DetachedContainers all, DetachedContainer container) {
    this.caller = caller;
    this.all = all;
    this.container = container;
  }

  /**
   * Tells all that is changed. Blocks.
   *
   * @throws ExplainedException if there is nothing to compare with, or it can't be read
   */
  public void tell(Listener listener) throws IOException {
    tellAll((kind, path) -> listener.changed(Kind.valueOf(kind.name()), path));
  }

  private void tellAll(TreeChanges.Listener listener) throws IOException {
    RootFiles files = all.files(caller, container);
    try {
      switch (container.writes().kind()) {
        case DetachedRecord.LAYER, "directory" -> {
          try (TreeSource before = files.readRoot();
              TreeSource upper = files.readLayer()) {
            TreeChanges.ofLayer(before, upper, listener);
          }
        }
        case "memory" -> inMemory(files, listener);
        case "rootfs" ->
            throw new ExplainedException(
                "container " + container.name() + " writes to its root file system itself",
                "nobody keeps what was there before");
        default -> {
          // It can't write at all.
        }
      }
    } catch (TreeException e) {
      throw new ExplainedException(
          "can't read " + container.name() + ":/" + e.shown() + ": " + e.problem(), "", e);
    }
  }

  private void inMemory(RootFiles files, TreeChanges.Listener listener) throws IOException {
    if (container.status() != DetachedContainer.Status.RUNNING) {
      throw RootFiles.forgotten(container);
    }
    ContainerEntry entry = all.entry(container);
    try (TreeSource before = files.readRootAsInside();
        TreeSource after =
            TreeSource.ofContainersRoot(caller.paths(), entry.accessToRoot(), false)) {
      TreeChanges.between(before, after, listener);
    }
    entry.check();
  }
}
