package io.nsrun.plan.steps;

import io.nsrun.spec.Rlimit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The steps of a plan that no guest has a part in, which a launcher may carry out before there is
 * one: namespaces, ids and new file systems, and where the root is one that is never changed, what
 * is mounted in it, up to the first mount that is the guest's own. If that is all of the container,
 * its process has the steps of the command ahead as well, and the guest's but executes it. What
 * nsinit takes for such a step is no less (nsinit-c/src/proto/ahead.c).
 */
public final class SpareSteps {
  /** Detached mounts of the monitor's, for which a message to init has room. */
  private static final int MOST_TREES = 13;

  /** With fewer, who waits for the guest's streams might have no number for them. */
  private static final long LEAST_DESCRIPTORS = 64;

  private final String sharedRoot;
  private final boolean named;
  private final Set<Integer> provided = new HashSet<>();
  private final Set<Integer> made = new HashSet<>();
  private boolean overtaken;
  private boolean complete = true;

  private SpareSteps(String sharedRoot, boolean named) {
    this.sharedRoot = sharedRoot;
    this.named = named;
  }

  /**
   * A plan of those steps alone, and one that executes something, which is not carried out.
   *
   * @param sharedRoot directory of the container's root file system if nobody ever changes what is
   *     in it; else empty
   * @param named whether guests bring their host name, which is in files too
   * @return null if no spare can serve a container of this plan
   */
  public static LaunchPlan of(LaunchPlan plan, String sharedRoot, boolean named) {
    List<Step> ahead = new SpareSteps(sharedRoot, named).ahead(plan.steps());
    return ahead == null ? null : new LaunchPlan(ahead, plan.isolation());
  }

  /**
   * Whether the steps of a spare are what a guest's plan has ahead: each of them, in their order,
   * and none that changes the tree behind one that is still to be carried out. Those of the command
   * may be others, which only takes longer: the guest's has a new process then.
   *
   * @param made as {@link #of} makes them
   */
  public static boolean serve(LaunchPlan made, LaunchPlan guest) {
    List<Step> ahead = made.steps();
    int last = ahead.size() - 1;
    int done = 0;
    int trees = 0;
    boolean overtaken = false;
    boolean left = false;
    for (Step step : guest.steps()) {
      if (isImpossible(step)) {
        return false;
      }
      if (done < last
          && step.equals(ahead.get(done))
          && !(overtaken && isAboutTree(step))
          && !(left && step.kind() == SetupStep.WATCH)) {
        done++;
      } else {
        overtaken |= isAboutTree(step);
        left |= isOfSetUp(step);
        trees += step.kind() == SetupStep.HOST_TREE ? 1 : 0;
      }
    }
    return (done == last || ahead.get(done) instanceof CommandStep) && trees <= MOST_TREES;
  }

  /** Whether what it does depends on what those before it have attached or made. */
  private static boolean isAboutTree(Step step) {
    return switch (step.kind()) {
      case PIVOT_ROOT,
          MOUNT,
          MKDIR,
          SYMLINK,
          MKNOD,
          MOUNT_ATTRIBUTES,
          READONLY_PATH,
          MASK_PATH,
          SYSCTL ->
          true;
      default -> false;
    };
  }

  /** Whether it comes before the command, in the new namespaces or about them. */
  private static boolean isOfSetUp(Step step) {
    SetupStep.Stage stage = step.kind().stage();
    return stage == SetupStep.Stage.MAPS || stage == SetupStep.Stage.INIT;
  }

  private List<Step> ahead(List<Step> steps) {
    for (Step step : steps) {
      if (step instanceof FileStep.Mount mount && (mount.flags() & Step.MountFlags.OPTIONAL) != 0) {
        provided.add(mount.detached());
      }
    }
    List<Step> ahead = new ArrayList<>(steps.size());
    int trees = 0;
    for (Step step : steps) {
      if (isImpossible(step)) {
        return null;
      }
      if (isAhead(step)) {
        ahead.add(step);
      } else if (step.kind() == SetupStep.HOST_TREE) {
        trees++;
      } else if (isOfSetUp(step)) {
        complete = false;
      }
    }
    if (trees > MOST_TREES) {
      return null;
    }
    if (complete && mayWait(steps)) {
      addCommand(steps, ahead);
    }
    // Not carried out: but where the next guest's command may be is looked at.
    CommandStep.Exec exec = (CommandStep.Exec) steps.get(steps.size() - 1);
    ahead.add(new CommandStep.Exec(true, List.of("true"), List.of(), exec.candidates()));
    return ahead;
  }

  /** Whether a process of its own may wait to become the command. */
  private static boolean mayWait(List<Step> steps) {
    for (Step step : steps) {
      boolean may =
          switch (step.kind()) {
            // Whoever waits there might be left where the others are killed.
            case NAMESPACES ->
                (((HostStep.Namespaces) step).create() & LinuxConstants.CLONE_NEWPID) != 0;
            case RLIMIT -> leavesDescriptors((CommandStep.Rlimit) step);
            // Which processors these are may be another one's share for each guest.
            case AFFINITY -> false;
            case EXEC -> ((CommandStep.Exec) step).init();
            default -> true;
          };
      if (!may) {
        return false;
      }
    }
    return true;
  }

  private static boolean leavesDescriptors(CommandStep.Rlimit limit) {
    return limit.resource() != Rlimit.Resource.NOFILE.number()
        || Long.compareUnsigned(limit.soft(), LEAST_DESCRIPTORS) >= 0;
  }

  private static void addCommand(List<Step> steps, List<Step> ahead) {
    for (Step step : steps) {
      if (step instanceof CommandStep && step.kind() != SetupStep.EXEC) {
        ahead.add(step);
      }
    }
  }

  /** What no spare has: a terminal, init's second begin, namespaces of others. */
  private static boolean isImpossible(Step step) {
    return switch (step.kind()) {
      case DETACH, TERMINAL, CONSOLE, NESTED_NAMESPACES, LISTENER -> true;
      case NAMESPACES -> !((HostStep.Namespaces) step).joined().isEmpty();
      default -> false;
    };
  }

  private boolean isAhead(Step step) {
    return switch (step.kind()) {
      case NAMESPACES,
          UID_MAP,
          GID_MAP,
          RUN_PROGRAM,
          SETUP_IDS,
          PROPAGATION,
          DOMAINNAME,
          LOOPBACK ->
          true;
      case HOSTNAME -> !named;
      // It sees the files in memory that there are by then.
      case WATCH -> complete;
      case HOST_TREE -> isTreeAhead(((HostStep.HostTree) step).source());
      case BIND -> isTreeAhead(((FileStep.Bind) step).source());
      case IDMAP_MOUNT -> made.contains(((HostStep.IdmapMount) step).detached());
      case FILESYSTEM -> make(((FileStep.Filesystem) step).detached(), true);
      case OVERLAY -> isOverlayAhead((FileStep.Overlay) step);
      case INJECT -> isInjectAhead(((FileStep.Inject) step).detached());
      case PIVOT_ROOT -> inOrder(made.contains(((FileStep.PivotRoot) step).detached()));
      case MOUNT -> inOrder(made.contains(((FileStep.Mount) step).detached()));
      default -> isAboutTree(step) && inOrder(true);
    };
  }

  /** The host's devices, and a root. What else there is of the host's is for the guest. */
  private boolean isTreeAhead(Step.MountSource source) {
    return make(
        source.detached(),
        source.expect() == Step.Expect.CHARACTER_DEVICE
            || (!sharedRoot.isEmpty() && source.path().equals(sharedRoot)));
  }

  private boolean isOverlayAhead(FileStep.Overlay overlay) {
    return make(
        overlay.detached(),
        overlay.writes() == FileStep.Overlay.TMPFS && made.contains(overlay.lower()));
  }

  /** What the guest itself has injected is not optional. */
  private boolean isInjectAhead(int detached) {
    return make(detached, !named && provided.contains(detached));
  }

  private boolean make(int detached, boolean ahead) {
    if (ahead) {
      made.add(detached);
    }
    return ahead;
  }

  /** What changes the tree comes in the order of the plan: all behind what is not ahead is not. */
  private boolean inOrder(boolean possible) {
    overtaken |= !possible;
    return !overtaken;
  }
}
