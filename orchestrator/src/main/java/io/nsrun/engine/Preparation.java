package io.nsrun.engine;

import io.nsrun.launch.ContainerFiles;
import io.nsrun.launch.EphemeralDirectory;
import io.nsrun.launch.OverlayDirectory;
import io.nsrun.launch.UserDatabase;
import io.nsrun.plan.Planner;
import io.nsrun.plan.facts.HostFacts;
import io.nsrun.plan.facts.HostFactsReader;
import io.nsrun.plan.facts.Resolved;
import io.nsrun.plan.facts.UpperLayerProbe;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.rootfs.RootfsStore;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.Root;
import io.nsrun.spec.RootSource;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.Writes;
import io.nsrun.state.ContainerDirectories;
import io.nsrun.state.ContainerDirectory;
import io.nsrun.state.ContainerRecord;
import io.nsrun.state.IdRangePool;
import io.nsrun.state.NameLock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The way from what is asked for to a container that can be started: its root file system is there,
 * its user known, its ids, name and directories are taken, its plan is made.
 */
public final class Preparation {
  private final Caller caller;
  private final Launcher launcher;
  private final Leases leases;
  private final Ahead ahead;

  /** Of a container that starts again; else null. */
  private final ContainerDirectory kept;

  private final ContainerRecord record;

  private Spec spec;
  private String root;
  private UserDatabase users;

  /** Why what it writes is not kept; empty if nobody wanted that, or it is. */
  private String unfit = "";

  private Resolved resolved;
  private HostFacts facts;
  private LaunchPlan plan;

  /**
   * For a container that will run.
   *
   * @param launcher what will start it, asked before if users of its root have to be looked up
   * @param leases takes what the container has of the host; to be released whatever comes of it
   */
  public Preparation(Caller caller, Launcher launcher, Leases leases) {
    this(caller, launcher, leases, null);
  }

  /**
   * What a container has before it is prepared.
   *
   * @param ids a range of ids, if it has one of its own; else null
   * @param hostname its host name, if it has one that is made up
   * @param facts that its steps ahead were planned from
   */
  record Ahead(IdRangePool.Lease ids, String hostname, HostFacts facts) {}

  /**
   * As {@link #Preparation(Caller, Launcher, Leases)}.
   *
   * @param ahead null if there is nothing
   */
  Preparation(Caller caller, Launcher launcher, Leases leases, Ahead ahead) {
    this(caller, launcher, leases, ahead, null, null);
  }

  /**
   * For a container that starts again: its directory is taken already.
   *
   * @param record of it
   */
  Preparation(
      Caller caller,
      Launcher launcher,
      Leases leases,
      ContainerDirectory kept,
      ContainerRecord record) {
    this(caller, launcher, leases, null, kept, record);
  }

  private Preparation(
      Caller caller,
      Launcher launcher,
      Leases leases,
      Ahead ahead,
      ContainerDirectory kept,
      ContainerRecord record) {
    this.caller = caller;
    this.launcher = launcher;
    this.leases = leases;
    this.ahead = ahead;
    this.kept = kept;
    this.record = record;
  }

  /** For a plan that is only looked at: nothing is taken or made, but what an archive has. */
  public static Preparation toLookAt(Caller caller, Launcher launcher) {
    return new Preparation(caller, launcher, null);
  }

  /**
   * Prepares a container. Blocks while an archive is unpacked. To be called once.
   *
   * @param asked what is asked for
   * @param problems those that were found already; all are told together
   * @throws io.nsrun.spec.SpecProblemsException with everything that is wrong with what is asked
   * @throws ExplainedException if something can't be had, as a name that is in use
   */
  public Prepared prepare(Spec asked, SpecProblems problems)
      throws IOException, InterruptedException {
    spec = asked;
    root = root(problems);
    launcher.phase("root filesystem");
    boolean known = root != null;
    if (!known) {
      // What else is wrong can be told nevertheless.
      root = "/";
      spec = spec.withRoot(new Root(new RootSource.Directory(root), Writes.IN_PLACE));
    }
    users = known && Resolution.needsUsers(spec) ? users(root) : null;
    String state = state();
    List<String> warnings = new ArrayList<>();
    if (kept == null && spec.root().writes() instanceof Writes.Lasting) {
      keepInMemoryIfUnfit(warnings);
    }
    String layer = layer(state);
    String hostname = spec.hostname();
    if (hostname == null) {
      hostname = ahead == null ? Defaults.newHostname() : ahead.hostname();
    }
    resolved =
        new Resolution(spec, caller, problems)
            .of(root, layer, users, state, locks(layer, state, problems), hostname);
    launcher.phase("specification");
    IdLease lease = new IdLease(caller.paths(), leases, ahead == null ? null : ahead.ids());
    facts =
        ahead != null && HostFactsReader.areKept(resolved)
            ? HostFactsReader.kept(ahead.facts(), resolved, lease)
            : HostFactsReader.read(resolved, lease);
    launcher.phase("host facts");
    facts = SeccompFilters.add(spec, facts, problems, warnings);
    launcher.phase("seccomp filter");
    plan = Planner.plan(resolved, facts, problems);
    launcher.phase("plan");
    if (leases != null) {
      take(layer);
    }
    return new Prepared(resolved, plan, warnings, leases, lease.isTaken());
  }

  /** Null if there is none, which is a problem then. */
  private String root(SpecProblems problems) throws IOException {
    RootSource source = spec.root().source();
    // An archive is not unpacked for a run that will not be.
    if (problems.has(SpecField.ROOT)
        || (source instanceof RootSource.Archive && !problems.isEmpty())) {
      return null;
    }
    try {
      return kept != null && spec.root().isStored()
          ? Roots.again(source, record.root().tree(), caller)
          : Roots.directory(source, caller);
    } catch (ExplainedException e) {
      problems.add(SpecField.ROOT, e.text(), e.remedy());
      return null;
    }
  }

  private UserDatabase users(String root) throws IOException, InterruptedException {
    return new ContainerFiles(launcher.channel(), root).users();
  }

  /** What would keep it from running is said, and costs it what it writes in the end. */
  private void keepInMemoryIfUnfit(List<String> warnings) throws IOException {
    unfit = UpperLayerProbe.unfit(OsPath.text(stateDirectory()));
    if (!unfit.isEmpty()) {
      spec = spec.withRoot(new Root(spec.root().source(), Writes.MEMORY, spec.root().readOnly()));
      warnings.add(
          "what the container writes to its root filesystem is kept in memory, and forgotten when"
              + " it ends: "
              + unfit
              + ", which takes no layer");
    }
  }

  private String layer(String state) {
    if (spec.root().writes() instanceof Writes.Lasting) {
      return OsPath.text(ContainerDirectory.layer(OsPath.of(state)));
    }
    if (spec.root().writes() instanceof Writes.KeptDirectory kept) {
      return kept.directory();
    }
    return spec.root().writes() instanceof Writes.ForgottenDirectory forgotten
        ? EphemeralDirectory.path(forgotten.parent(), spec.id())
        : "";
  }

  /** What nsinit is to lock, beyond ids: of what {@link #take} takes, where that comes to it. */
  private List<HostStep.Lock> locks(String layer, String state, SpecProblems problems)
      throws IOException {
    boolean detached = !state.isEmpty();
    if (!problems.isEmpty() || (layer.isEmpty() && !spec.hasGivenName() && !detached)) {
      return List.of();
    }
    List<HostStep.Lock> locks = new ArrayList<>(4);
    if (detached) {
      locks.add(Leases.lockOfDirectory(state));
      RootfsStore.Use use = spec.root().isStored() ? RootfsStore.useOf(OsPath.of(root)) : null;
      if (use != null) {
        locks.add(new HostStep.Lock(OsPath.text(use.file()), use.offset(), true));
      }
    }
    if (!layer.isEmpty() && !(spec.root().writes() instanceof Writes.Lasting)) {
      locks.add(Leases.lockOfDirectory(layer));
    }
    if (spec.hasGivenName()) {
      locks.add(Leases.lockOfName(stateDirectory(), spec.name()));
    }
    return locks;
  }

  /** Empty if it does not live on. */
  private String state() throws IOException {
    return isKept() ? OsPath.text(ContainerDirectories.path(stateDirectory(), spec.id())) : "";
  }

  private boolean isKept() {
    return spec.detached() != null && spec.detached().isContainer();
  }

  private Path stateDirectory() throws IOException {
    return leases == null
        ? caller.paths().proposedStateDirectory()
        : caller.paths().stateDirectory();
  }

  private void take(String layer) throws IOException {
    if (spec.root().writes() instanceof Writes.KeptDirectory) {
      leases.push(OverlayDirectory.open(OsPath.of(layer), caller.paths().uid()));
    } else if (spec.root().writes() instanceof Writes.ForgottenDirectory) {
      leases.pushForgotten(new EphemeralWrites(layer, caller));
    }
    if (spec.hasGivenName()) {
      leases.push(NameLock.acquire(stateDirectory(), spec.name()));
    }
    if (kept != null) {
      kept.write(record, record.withIsolation(DetachedRecord.isolation(plan)));
    } else if (isKept()) {
      leases.pushState(
          KeptContainers.of(caller)
              .make(DetachedRecord.of(resolved, plan, unfit), DetachedRecord.found(resolved)));
    } else if (spec.hasGivenName()) {
      KeptContainers.of(caller).checkThatNobodyIsNamed(spec.name());
    }
  }

  /** What was found, as far as {@link #prepare} got; null if that was nothing. */
  Resolved resolved() {
    return resolved;
  }

  /**
   * What was found, for another container of the kind. Blocks for small reads.
   *
   * @param hostname of the other one, if it is to have one made up
   */
  Resolved resolvedFor(String hostname) throws IOException {
    return new Resolution(spec, caller, new SpecProblems())
        .of(root, resolved.layer(), users, "", List.of(), hostname);
  }

  /** What was asked for. */
  Spec spec() {
    return spec;
  }

  /** What the plan depends on of the host, after {@link #prepare}. */
  HostFacts facts() {
    return facts;
  }

  /** The plan, if {@link #prepare} made one; else null. */
  LaunchPlan plan() {
    return plan;
  }
}
