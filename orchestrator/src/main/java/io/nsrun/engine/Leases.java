package io.nsrun.engine;

import io.nsrun.plan.steps.HostStep;
import io.nsrun.spec.OsPath;
import io.nsrun.state.ContainerDirectory;
import io.nsrun.state.LockedDirectory;
import io.nsrun.state.NameLock;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What one container has of the host for as long as it lives: ids, the directory for what it
 * writes, its name. What was taken last is given back first.
 *
 * <p>Each is held by a lock of this process and, from the step {@code lock} on, by one of nsinit
 * too, which keeps it until the container's last process is gone: it outlives this JVM.
 */
public final class Leases {
  private final List<Closeable> held = new ArrayList<>();
  private volatile EphemeralWrites unstarted;

  /** The range of ids among them; null if there is none. */
  private Closeable ids;

  /** The directory for what is written, if it is to be removed. */
  private EphemeralWrites forgotten;

  private volatile ContainerDirectory state;

  /** Keeps something until {@link #release}. */
  void push(Closeable lease) {
    held.add(lease);
  }

  /** As {@link #push}, of a range of ids. */
  void pushIds(Closeable lease) {
    ids = lease;
    push(lease);
  }

  /** Keeps the directory of a container that lives on; what is in it stays once that runs. */
  void pushState(ContainerDirectory directory) {
    state = directory;
    push(directory);
  }

  /** Whether a range of ids is among them. */
  boolean haveIds() {
    return ids != null;
  }

  /**
   * Whether there is something that another container could want by its name, right after this one
   * has ended: any range of ids is as good as another.
   */
  boolean holdMoreThanIds() {
    return held.size() > (ids == null ? 0 : 1);
  }

  /** Keeps a directory that is about to be made, and to be removed in the end. */
  void pushForgotten(EphemeralWrites writes) throws IOException {
    unstarted = writes;
    forgotten = writes;
    push(writes);
    writes.make();
  }

  /** What nsinit locks for a name. */
  static HostStep.Lock lockOfName(Path stateDirectory, String name) {
    return new HostStep.Lock(
        OsPath.text(NameLock.file(stateDirectory)), NameLock.heirsOffset(name));
  }

  /** What nsinit locks for a directory that is the container's. */
  static HostStep.Lock lockOfDirectory(String directory) {
    return new HostStep.Lock(directory + "/" + LockedDirectory.FILE, LockedDirectory.HEIRS_OFFSET);
  }

  /** The container is made: all that is kept of it stays, though nobody starts it now. */
  public void keep() {
    state.keep();
    state = null;
  }

  /** The command runs: what it writes is removed by {@link #release} alone from now on. */
  void started() {
    unstarted = null;
    if (state != null) {
      state.keep();
      state = null;
    }
  }

  /**
   * Removes what a container that has not started would leave behind. To be called from another
   * thread than that which takes the leases, and will not any more.
   */
  void discard() {
    EphemeralWrites writes = unstarted;
    if (writes != null) {
      writes.discard();
    }
    ContainerDirectory directory = state;
    if (directory != null) {
      try {
        directory.abandon();
      } catch (IOException e) {
        // Whoever looks for containers removes what is left.
        return;
      }
    }
  }

  /** Whether there is something to remove, which takes a while. */
  boolean haveFilesToRemove() {
    return forgotten != null;
  }

  /**
   * Gives all of it back; blocks while files are removed.
   *
   * @return what could not be given back, and why
   */
  public List<IOException> release() {
    List<IOException> troubles = new ArrayList<>();
    for (int i = held.size() - 1; i >= 0; i--) {
      try {
        held.get(i).close();
      } catch (IOException e) {
        troubles.add(e);
      }
    }
    held.clear();
    ids = null;
    return troubles;
  }
}
