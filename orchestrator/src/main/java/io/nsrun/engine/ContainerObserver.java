package io.nsrun.engine;

import io.nsrun.control.Event;
import io.nsrun.control.LifeFile;
import io.nsrun.plan.steps.LinuxConstants;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.Spec;
import io.nsrun.spec.Writes;
import io.nsrun.state.ContainerDirectories;
import io.nsrun.state.ContainerDirectory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks at what containers that live on do and use, by what /proc shows the caller of them. May be
 * used by any thread.
 */
public final class ContainerObserver {
  /** Whose mounts are those of the host, where nothing else is known. */
  private static final long HOSTS_INIT = 1;

  private final ContainerDirectories kept;

  private ContainerObserver(ContainerDirectories kept) {
    this.kept = kept;
  }

  /** One for the containers of a caller. */
  public static ContainerObserver of(Caller caller) throws IOException {
    return new ContainerObserver(KeptContainers.of(caller));
  }

  /**
   * The processes of one, as the host sees them: those that other commands in it have started, too.
   *
   * @return in the order of their numbers
   * @throws ContainerStateException if it does not run
   */
  public List<SeenProcess> processes(DetachedContainer container) throws IOException {
    Verb.ENTER.check(container);
    Path directory = kept.path(container.id());
    String namespace = pidNamespace(ContainerDirectory.spec(directory), namespaces(directory));
    List<SeenProcess> found =
        new ContainerProcesses(container, namespace, HostProcesses.now()).list();
    // Afterwards: until then nobody else had the number of its init.
    if (!ContainerDirectory.isInUse(directory)) {
      throw ContainerStateException.hasEnded(container.name());
    }
    return found;
  }

  /**
   * What one uses.
   *
   * @throws ContainerStateException if it does not run
   */
  public SeenUsage usage(DetachedContainer container) throws IOException {
    SeenUsage usage = usage(List.of(container)).get(0);
    if (usage == null) {
      throw ContainerStateException.doesNotRun(container.name());
    }
    return usage;
  }

  /**
   * What some of them use, looked at together.
   *
   * @return for each, in their order; null for those that do not run
   */
  public List<SeenUsage> usage(List<DetachedContainer> containers) throws IOException {
    long nanos = System.nanoTime();
    HostProcesses host = HostProcesses.now();
    List<SeenUsage> found = new ArrayList<>();
    for (DetachedContainer container : containers) {
      found.add(usageIfRunning(container, host, nanos));
    }
    return found;
  }

  private SeenUsage usageIfRunning(DetachedContainer container, HostProcesses host, long nanos)
      throws IOException {
    if (container.status() != DetachedContainer.Status.RUNNING) {
      return null;
    }
    try {
      return usage(container, host, nanos);
    } catch (NoSuchFileException e) {
      return null; // it was removed meanwhile
    }
  }

  /** Null if it has ended, or is gone. */
  private SeenUsage usage(DetachedContainer container, HostProcesses host, long nanos)
      throws IOException {
    Path directory = kept.path(container.id());
    Spec spec = ContainerDirectory.spec(directory);
    Event.Namespaces open = namespaces(directory);
    MemoryFiles files =
        MemoryFiles.of(
            container.pid(),
            HostProcesses.read(container.initPid(), "mountinfo"),
            HostProcesses.read(open == null ? HOSTS_INIT : open.monitor(), "mountinfo"),
            spec.root().writes() instanceof Writes.Memory);
    SeenUsage usage =
        new ContainerProcesses(container, pidNamespace(spec, open), host)
            .usage(nanos, files, spec.limits());
    return ContainerDirectory.isInUse(directory) ? usage : null;
  }

  private static Event.Namespaces namespaces(Path directory) throws IOException {
    return LifeFile.read(ContainerDirectory.life(directory)).namespaces();
  }

  /** As links to it show it; empty if it is not the container's own, or nobody can enter it. */
  private static String pidNamespace(Spec spec, Event.Namespaces open) {
    Long number =
        open == null || !spec.isPrivate(NamespaceType.PID)
            ? null
            : open.descriptors().get(LinuxConstants.namespaceFlag(NamespaceType.PID));
    return number == null ? "" : HostProcesses.link(open.monitor(), "fd/" + number);
  }
}
