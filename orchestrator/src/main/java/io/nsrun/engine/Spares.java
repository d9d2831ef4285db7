package io.nsrun.engine;

import io.nsrun.control.PlanEncoder;
import io.nsrun.launch.ContainerLauncher;
import io.nsrun.plan.Planner;
import io.nsrun.plan.facts.HostFacts;
import io.nsrun.plan.facts.Resolved;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.SpareSteps;
import io.nsrun.spec.NamespaceMode;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecProblems;
import io.nsrun.state.IdRangePool;
import io.nsrun.state.StatePaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;

/**
 * Containers that are set up as far as no guest has a part in it, each for one guest. They are all
 * for guests like the last two, if these were alike.
 */
final class Spares {
  /**
   * One of them.
   *
   * @param process what waits
   * @param steps what it has done
   * @param root the directory of the root file system that it has mounted; null if it has none
   * @param given what its guest has of it
   */
  record Spare(
      ContainerLauncher.Spare process, LaunchPlan steps, Object root, Preparation.Ahead given) {
    boolean serves(Prepared guest) throws IOException {
      return SpareSteps.serve(steps, guest.plan())
          && Objects.equals(root, identity(sharedRoot(guest.resolved())));
    }

    /** Ends it. Does not wait. */
    void discard() {
      try {
        process.close();
      } catch (IOException e) {
        // The launcher is gone, and it with it.
        return;
      }
    }
  }

  private final StatePaths paths;
  private final int most;

  // Guarded by this.
  private final Deque<Spare> waiting = new ArrayDeque<>();
  private List<Object> kind = List.of();
  private List<Object> last = List.of();
  private int coming;
  private boolean closed;

  /** At most {@code most} of them, 0 for none at all. */
  Spares(StatePaths paths, int most) {
    this.paths = paths;
    this.most = most;
  }

  /** The directory of a root file system that is nsrun's own, which nobody changes; else empty. */
  private static String sharedRoot(Resolved resolved) {
    return resolved.spec().root().isStored() ? resolved.root() : "";
  }

  private static LaunchPlan stepsAhead(LaunchPlan plan, Resolved resolved) {
    return SpareSteps.of(plan, sharedRoot(resolved), isNamed(resolved.spec()));
  }

  private static boolean enters(Spec spec) {
    return spec.namespace(NamespaceType.MOUNT) instanceof NamespaceMode.Join;
  }

  private static boolean isNamed(Spec spec) {
    return spec.hostname() != null;
  }

  /** Which directory a path leads to: it may have been removed, and another one made. */
  private static Object identity(String directory) throws IOException {
    return directory.isEmpty()
        ? null
        : Files.readAttributes(
                OsPath.of(directory), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
            .fileKey();
  }

  /** What guests have to have in common. What else a plan depends on, the steps will show. */
  private static List<Object> kind(Spec spec) {
    return Arrays.asList(
        spec.root(),
        spec.process().cwd(),
        isNamed(spec),
        spec.domainname(),
        spec.etc(),
        spec.sysctls(),
        spec.masks(),
        spec.user(),
        spec.namespaces(),
        spec.mounts(),
        spec.proc(),
        spec.limits(),
        spec.preferences());
  }

  /**
   * One for such a container, which is the caller's then; null if none is ready. To be called for
   * each that starts: two that are alike have others like them expected. A command that enters a
   * container has nothing that could be made ahead.
   */
  Spare poll(Spec spec) {
    if (enters(spec)) {
      return null;
    }
    List<Object> wanted = kind(spec);
    List<Spare> useless = new ArrayList<>(0);
    Spare found;
    synchronized (this) {
      if (wanted.equals(last) && !wanted.equals(kind)) {
        kind = wanted;
        useless.addAll(waiting);
        waiting.clear();
      }
      last = wanted;
      found = wanted.equals(kind) ? ready(useless) : null;
    }
    useless.forEach(Spares::release);
    return found;
  }

  /** The first one that is ready; those that are gone are put aside. */
  private Spare ready(List<Spare> gone) {
    for (Spare spare = waiting.peek(); spare != null; spare = waiting.peek()) {
      if (!spare.process().isReady() && !spare.process().isGone()) {
        return null; // those behind it are younger
      }
      waiting.remove();
      if (spare.process().isReady()) {
        return spare;
      }
      gone.add(spare);
    }
    return null;
  }

  /**
   * Has some made, if there will be guests for them. Blocks for small reads.
   *
   * @param last of the container that was started last
   */
  void refill(ContainerLauncher launcher, Preparation last) {
    List<Object> wanted = kind(last.spec());
    while (isWanted(wanted)) {
      boolean made = false;
      try {
        made = make(launcher, last);
      } catch (IOException e) {
        // There may be no ids left, or no launcher: then the next container tells why.
        made = false;
      } finally {
        coming(-1);
      }
      if (!made) {
        return;
      }
    }
  }

  private boolean isWanted(List<Object> wanted) {
    List<Spare> gone = new ArrayList<>(0);
    boolean more;
    synchronized (this) {
      for (Spare spare : waiting) {
        if (spare.process().isGone()) {
          gone.add(spare);
        }
      }
      waiting.removeAll(gone);
      more = !closed && wanted.equals(kind) && waiting.size() + coming < most;
      if (more) {
        coming++;
      }
    }
    gone.forEach(Spares::release);
    return more;
  }

  private synchronized void coming(int change) {
    coming += change;
  }

  private boolean make(ContainerLauncher launcher, Preparation last) throws IOException {
    IdRangePool.Lease ids = null;
    boolean done = false;
    try {
      HostFacts facts = last.facts();
      if (facts.leasedIds() != null) {
        ids = new IdRangePool(paths).acquire();
        facts = facts.withLeasedIds(IdLease.of(ids));
      }
      Preparation.Ahead given = new Preparation.Ahead(ids, Defaults.newHostname(), facts);
      Resolved resolved = last.resolvedFor(given.hostname());
      LaunchPlan plan = Planner.plan(resolved, facts, new SpecProblems());
      LaunchPlan steps = stepsAhead(plan, resolved);
      if (steps == null) {
        return false;
      }
      // Before it is mounted: if it is another one then, the spare serves nobody.
      Object root = identity(sharedRoot(resolved));
      Spare spare = new Spare(launcher.spare(PlanEncoder.encode(steps)), steps, root, given);
      done = keep(spare);
      if (!done) {
        spare.discard();
      }
      return done;
    } finally {
      if (!done && ids != null) {
        ids.close();
      }
    }
  }

  private synchronized boolean keep(Spare spare) {
    if (!closed) {
      waiting.add(spare);
    }
    return !closed;
  }

  /** Ends it, and gives its ids back. */
  static void release(Spare spare) {
    spare.discard();
    if (spare.given().ids() != null) {
      try {
        spare.given().ids().close();
      } catch (IOException e) {
        // The lock goes with this JVM then.
        return;
      }
    }
  }

  /** Makes no more, and ends those that wait. Does not wait for that. */
  void close() {
    List<Spare> left;
    synchronized (this) {
      closed = true;
      left = new ArrayList<>(waiting);
      waiting.clear();
    }
    left.forEach(Spares::release);
  }
}
