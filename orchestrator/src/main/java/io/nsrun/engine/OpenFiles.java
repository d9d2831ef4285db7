package io.nsrun.engine;

import io.nsrun.plan.facts.RootIds;
import io.nsrun.rootfs.TreeAccess;
import io.nsrun.rootfs.TreeSource;
import io.nsrun.rootfs.TreeTarget;
import io.nsrun.spec.ContainerPath;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.Mount;
import io.nsrun.state.StatePaths;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The files of a container while they are copied: of one that runs as it sees them, of one that
 * does not its root file system, which nobody starts meanwhile, nor removes.
 */
final class OpenFiles implements Closeable {
  /** Where a container has file systems of the kernel's, unless it is told otherwise. */
  private static final List<String> SYSTEM = List.of("/proc", "/sys", "/dev");

  private final DetachedContainer container;
  private final StatePaths paths;
  private final TreeAccess access;
  private final ContainerEntry entry;
  private final Closeable held;
  private final List<String> unmounted;

  private OpenFiles(
      Caller caller,
      DetachedContainer container,
      TreeAccess access,
      ContainerEntry entry,
      Closeable held,
      List<String> unmounted) {
    this.container = container;
    this.paths = caller.paths();
    this.access = access;
    this.entry = entry;
    this.held = held;
    this.unmounted = unmounted;
  }

  /**
   * Opens them.
   *
   * @param write whether there is something to be written
   * @throws ExplainedException if they can't be had
   */
  static OpenFiles of(
      Caller caller, DetachedContainers all, DetachedContainer container, boolean write)
      throws IOException {
    return open(caller, all, container, false, write);
  }

  /** As {@link #of}, of the root file system alone, without what is mounted in it. */
  static OpenFiles ofRoot(Caller caller, DetachedContainers all, DetachedContainer container)
      throws IOException {
    return open(caller, all, container, true, false);
  }

  private static OpenFiles open(
      Caller caller,
      DetachedContainers all,
      DetachedContainer container,
      boolean rootAlone,
      boolean write)
      throws IOException {
    Verb.FILES.check(container);
    if (container.status() != DetachedContainer.Status.RUNNING) {
      return ofStopped(caller, container, all.files(caller, container), write);
    }
    ContainerEntry entry = all.entry(container);
    TreeAccess access = rootAlone ? entry.accessToRoot() : entry.access();
    return new OpenFiles(caller, container, access, entry, () -> {}, List.of());
  }

  private static OpenFiles ofStopped(
      Caller caller, DetachedContainer container, RootFiles files, boolean write)
      throws IOException {
    Closeable held = files.hold();
    boolean done = false;
    try {
      TreeAccess access = write ? files.toWrite() : files.toRead();
      List<String> unmounted = new ArrayList<>();
      for (Mount mount : files.spec().mounts()) {
        unmounted.add(ContainerPath.normalize(mount.target()));
      }
      OpenFiles open = new OpenFiles(caller, container, access, null, held, unmounted);
      done = true;
      return open;
    } finally {
      if (!done) {
        held.close();
      }
    }
  }

  /** Whom they obey. */
  RootIds root() throws IOException {
    return access.root();
  }

  /**
   * Reads what there is at a path. Blocks until it is being read.
   *
   * @param path absolute
   * @param follow whether it may be a link
   */
  TreeSource read(String path, boolean follow) throws IOException {
    return TreeSource.ofContainer(paths, access, path, follow);
  }

  /** Reads the root file system. Blocks until it is being read. */
  TreeSource readRoot() throws IOException {
    return TreeSource.ofContainersRoot(paths, access, true);
  }

  /**
   * Opens them to be written to. Blocks until they can be.
   *
   * @param makesDirectories whether those on the way to a file are made if they are missing
   */
  TreeTarget write(boolean makesDirectories) throws IOException {
    return TreeTarget.ofContainer(paths, access, makesDirectories);
  }

  /** Something that is told once the container was entered. */
  interface Told<T> {
    T get() throws IOException;
  }

  /**
   * The first that is told of the container, by whoever has entered it.
   *
   * @throws ContainerStateException if it has ended meanwhile
   */
  <T> T first(Told<T> told) throws IOException {
    T got;
    try {
      got = told.get();
    } catch (IOException e) {
      // Nothing else is to be said of what could not be entered since it is not there any more.
      throw entry == null || entry.isThere()
          ? e
          : ContainerStateException.hasEnded(container.name());
    }
    if (entry != null) {
      entry.check();
    }
    return got;
  }

  /**
   * Sees to it that a path is not one where something else is while the container runs: what is
   * there now it never sees.
   *
   * @param path absolute, by its words alone
   * @throws ContainerStateException if it is one
   */
  void checkThatItIsNotCovered(String path) throws ContainerStateException {
    if (entry != null) {
      return;
    }
    for (String mounted : mounted()) {
      if (isBelow(path, mounted)) {
        throw new ContainerStateException(
            container.name() + ":" + mounted + " is mounted only while the container runs",
            "start it first");
      }
    }
  }

  private List<String> mounted() {
    List<String> all = new ArrayList<>(SYSTEM);
    all.addAll(unmounted);
    return all;
  }

  /** What was asked to be mounted below a path, and is not there now; in order. */
  List<String> missingBelow(String path) {
    List<String> missing = new ArrayList<>();
    for (String mounted : unmounted) {
      if (isBelow(mounted, path)) {
        missing.add(mounted);
      }
    }
    return missing;
  }

  private static boolean isBelow(String path, String above) {
    return above.equals("/") || path.equals(above) || path.startsWith(above + "/");
  }

  @Override
  public void close() throws IOException {
    held.close();
  }
}
