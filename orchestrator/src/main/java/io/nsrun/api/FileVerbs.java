package io.nsrun.api;

import io.nsrun.engine.ContainerCommit;
import io.nsrun.engine.ContainerCopy;
import io.nsrun.engine.ContainerDiff;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** What is done with the files of a container that lives on; the listener hears what is odd. */
final class FileVerbs {
  private final Containers containers;
  private final DetachedContainer container;

  FileVerbs(Containers containers, DetachedContainer container) {
    this.containers = containers;
    this.container = container;
  }

  /** Copies something. */
  interface Copying {
    void copy(ContainerCopy copy) throws IOException;
  }

  /** As {@link Copying}, between the container and a path of the host. */
  interface HostCopying {
    void copy(ContainerCopy copy, String path) throws IOException;
  }

  void copy(CopyFlag[] flags, Copying copying) throws ContainerException {
    List<CopyFlag> set = List.of(flags);
    tellAll(
        containers.work(
            (caller, all) -> {
              ContainerCopy copy =
                  new ContainerCopy(
                      caller,
                      all,
                      container.look(all),
                      set.contains(CopyFlag.KEEP_OWNERS),
                      set.contains(CopyFlag.FOLLOW_LINK));
              copying.copy(copy);
              return copy.losses();
            }));
  }

  void copy(Path path, CopyFlag[] flags, HostCopying copying) throws ContainerException {
    Path host = hosts(path);
    copy(flags, copy -> copying.copy(copy, containers.hostPath(host)));
  }

  /** Commits it. */
  interface Committing {
    void commit(ContainerCommit commit) throws IOException;
  }

  void commit(Committing committing) throws ContainerException {
    tellAll(
        containers.work(
            (caller, all) -> {
              ContainerCommit commit = new ContainerCommit(caller, all, container.look(all));
              committing.commit(commit);
              return commit.notes();
            }));
  }

  void commit(Path archive) throws ContainerException {
    Path host = hosts(archive);
    commit(commit -> commit.toFile("commit(...)", containers.hostPath(host)));
  }

  void diff(Consumer<? super FileChange> action) throws ContainerException {
    Telling telling = new Telling(action);
    try {
      containers.work(
          (caller, all) -> {
            new ContainerDiff(caller, all, container.look(all)).tell(telling);
            return null;
          });
    } catch (ContainerException e) {
      if (telling.thrown != null) {
        throw telling.thrown;
      }
      throw e;
    }
  }

  /** Gives changes to whoever asked for them; what that throws is theirs. */
  private static final class Telling implements ContainerDiff.Listener {
    private final Consumer<? super FileChange> action;
    private RuntimeException thrown;

    Telling(Consumer<? super FileChange> action) {
      this.action = action;
    }

    @Override
    public void changed(ContainerDiff.Kind kind, String path) {
      try {
        action.accept(new FileChange(FileChange.Kind.valueOf(kind.name()), path));
      } catch (RuntimeException e) {
        thrown = e;
        throw e;
      }
    }
  }

  private static Path hosts(Path path) {
    if (!HostPaths.isHosts(path)) {
      throw new IllegalArgumentException(path + " is in a file system of the JVM alone");
    }
    return path;
  }

  private void tellAll(List<String> odd) {
    odd.forEach(line -> containers.warn(container.name(), line));
  }
}
