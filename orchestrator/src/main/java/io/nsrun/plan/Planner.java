package io.nsrun.plan;

import io.nsrun.plan.facts.HostFacts;
import io.nsrun.plan.facts.Resolved;
import io.nsrun.plan.steps.FileStep;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.InitStep;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.LinuxConstants;
import io.nsrun.plan.steps.Step;
import io.nsrun.seccomp.SeccompFilter;
import io.nsrun.spec.Capability;
import io.nsrun.spec.CapabilitySet;
import io.nsrun.spec.Detached;
import io.nsrun.spec.NamespaceMode;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.ProcessSpec;
import io.nsrun.spec.RestartPolicy;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.StopPolicy;
import io.nsrun.spec.TerminalSize;
import io.nsrun.spec.Text;
import io.nsrun.spec.User;
import io.nsrun.spec.UserNamespace;
import java.util.ArrayList;
import java.util.List;

/** Turns what is wanted into what is done: a pure function of its arguments. */
public final class Planner {
  /** Numbers that nsinit has room for (nsinit-c/README.md). */
  private static final int MAX_DETACHED = 256;

  private static final int MAX_STEPS = 1024;

  // Before a container starts again by itself: as Docker has them.
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LAST_PAUSE_MILLIS = 60_000;
  private static final long LONG_ENOUGH_MILLIS = 10_000;

  private final Resolved resolved;
  private final Spec spec;
  private final HostFacts facts;
  private final SpecProblems problems;
  private final PlanBuilder plan = new PlanBuilder();
  private final boolean nested;

  private Planner(Resolved resolved, HostFacts facts, SpecProblems problems) {
    this.resolved = resolved;
    this.spec = resolved.spec();
    this.facts = facts;
    this.problems = problems;
    this.nested = new MountLocks(spec, CommandPlanner.capabilities(spec, facts)).nest();
  }

  /**
   * The plan that makes {@code spec} real for the caller and host of {@code facts}, where nothing
   * of it has to be looked up.
   *
   * @throws io.nsrun.spec.SpecProblemsException with every reason why it can't be made real, those
   *     of {@link Spec#validate} included
   * @throws IllegalArgumentException if it asks for something by name
   */
  public static LaunchPlan plan(Spec spec, HostFacts facts) {
    return plan(spec, facts, new SpecProblems());
  }

  /**
   * As {@link #plan(Spec, HostFacts)}, for a caller that has collected problems already, and wants
   * all of them told together.
   */
  public static LaunchPlan plan(Spec spec, HostFacts facts, SpecProblems problems) {
    return plan(Resolved.of(spec, facts.euid(), facts.egid()), facts, problems);
  }

  /**
   * The plan for what was asked for and found.
   *
   * @param problems those that were found on the way
   * @throws io.nsrun.spec.SpecProblemsException if {@code problems} has any in the end
   */
  public static LaunchPlan plan(Resolved resolved, HostFacts facts, SpecProblems problems) {
    Spec spec = resolved.spec();
    int before = problems.count();
    spec.validate(problems);
    spec.validateUser(resolved.user(), problems);
    boolean wellFormed = problems.count() == before;
    PathChecks.check(resolved, facts, problems);
    if (spec.user().mode() == UserNamespace.Mode.HOST && !(facts.euid() == 0 && facts.mayMount())) {
      problems.add(
          SpecField.USER_NAMESPACE,
          "host needs root with CAP_SYS_ADMIN",
          Text.of(
              "leave ",
              SpecField.USER_NAMESPACE,
              " out: a user namespace of its own needs no privilege"));
    }
    if (!wellFormed) {
      // What follows would stumble over a malformed spec, but for ids that are in order.
      if (spec.user().isNew() && !hasProblemOfIds(problems)) {
        IdMapPlanner.plan(resolved, facts, problems);
      }
      problems.throwIfAny();
    }
    return new Planner(resolved, facts, problems).plan();
  }

  /** The capabilities that a plan for these will bound the command to. */
  public static CapabilitySet capabilities(Spec spec, HostFacts facts) {
    return CommandPlanner.capabilities(spec, facts);
  }

  private static boolean hasProblemOfIds(SpecProblems problems) {
    return problems.has(SpecField.USER)
        || problems.has(SpecField.USER_NAMESPACE)
        || problems.has(SpecField.UID_MAP)
        || problems.has(SpecField.GID_MAP);
  }

  private LaunchPlan plan() {
    CommandPlanner command = new CommandPlanner(resolved, facts, problems);
    IdAllocation ids = spec.user().isNew() ? IdMapPlanner.plan(resolved, facts, problems) : null;
    User user = ids == null ? resolved.user() : ids.user();
    boolean setGroups = setsGroups(ids, user);
    LimitsPlanner limits = limitsPlanner();
    boolean dropsGroups = dropsGroups(user);
    hostSteps(ids, dropsGroups);
    initSteps(ids);
    if (limits != null) {
      limits.plan(plan);
    }
    relay();
    command.checkCapabilities();
    command.plan(user, setGroups, limits, plan);
    List<Step> steps = plan.steps();
    if (plan.detachedMounts() > MAX_DETACHED || steps.size() > MAX_STEPS) {
      problems.add(
          SpecField.VOLUME,
          plan.detachedMounts() + " mounts in " + steps.size() + " steps",
          "nsinit takes at most " + MAX_DETACHED + " and " + MAX_STEPS);
    }
    problems.throwIfAny();
    CapabilitySet capabilities = command.capabilities();
    Isolation isolation =
        IsolationReport.of(resolved, facts, ids, setGroups || dropsGroups, capabilities);
    if (!spec.preferences().areDefault()) {
      Requirements.check(spec, isolation, problems);
      problems.throwIfAny();
    }
    return new LaunchPlan(steps, isolation);
  }

  /** Null where there are no limits: the usual run need not load it. */
  private LimitsPlanner limitsPlanner() {
    if (!spec.landlock().isEmpty()) {
      new LandlockPlanner(spec, facts).check(problems);
    }
    if (spec.limits().areNone()) {
      return null;
    }
    LimitsPlanner limits = new LimitsPlanner(spec, facts, problems);
    limits.check();
    return limits;
  }

  private boolean setsGroups(IdAllocation ids, User user) {
    if (user.keepsGroups()) {
      return false;
    }
    if (ids != null) {
      return !ids.groupsStay();
    }
    // Nobody can tell from outside whether a joined namespace allows it: only when asked for.
    return spec.user().mode() == UserNamespace.Mode.HOST
        ? !facts.setgroupsDenied()
        : !user.additionalGids().isEmpty();
  }

  /**
   * Whoever enters a user namespace takes its groups along, and may find setgroups(2) denied there:
   * so they are dropped before, by whoever may.
   */
  private boolean dropsGroups(User user) {
    return spec.user().mode() == UserNamespace.Mode.JOIN
        && !user.keepsGroups()
        && !facts.setgroupsDenied()
        && (facts.capabilities() & Capability.SETGID.bit()) != 0;
  }

  private void hostSteps(IdAllocation ids, boolean dropsGroups) {
    ProcessSpec process = spec.process();
    long flags =
        (spec.trace() ? Step.OptionFlags.TRACE : 0)
            | (process.interactive() ? 0 : Step.OptionFlags.NULL_STDIN)
            | (dropsGroups ? Step.OptionFlags.DROP_GROUPS : 0)
            | (spec.detached() != null && !livesOn() ? Step.OptionFlags.LIVES_ON : 0);
    if (flags != 0) {
      plan.host(new HostStep.Options(flags));
    }
    TerminalSize terminal = process.terminal();
    if (terminal != null) {
      plan.host(new HostStep.Terminal(terminal.rows(), terminal.columns()));
    }
    StopPolicy stop = spec.stop();
    long timeout = stop.timeout().toMillis();
    if (timeout > 0
        || spec.limits().areWatched()
        || spec.limits().output().value() > 0
        || spec.detached() != null) {
      plan.host(new HostStep.Timeout(timeout, stop.signal().number(), stop.grace().toMillis()));
    }
    locks(ids);
    if (livesOn()) {
      Detached detached = spec.detached();
      plan.host(
          new HostStep.Detach(
              resolved.state(), detached.remove(), detached.logBytes(), detached.logFiles()));
      restart(detached.restart());
    }
    SeccompFilter.Listener listener = facts.seccomp().listener();
    if (listener != null) {
      String root = resolved.root();
      plan.host(
          new HostStep.Listener(
              listener.path(), ContainerProcessState.parts(spec.id(), root, listener.metadata())));
    }
    plan.afterNamespaces(namespaces(ids == null ? IdAllocation.CALLER : ids.owner()));
    if (ids != null) {
      for (HostStep map : ids.maps()) {
        plan.afterNamespaces(map);
      }
    }
  }

  /** Whether it is a container that lives on, and not one more command in such a one. */
  private boolean livesOn() {
    return spec.detached() != null && spec.detached().isContainer();
  }

  private void locks(IdAllocation ids) {
    if (ids != null && ids.areLeased()) {
      plan.host(facts.leasedIds().lock());
    }
    for (int i = 0; i < resolved.locks().size(); i++) {
      plan.host(resolved.locks().get(i));
    }
  }

  /** What comes before it is done once, and what comes after it for each start. */
  private void restart(RestartPolicy policy) {
    if (policy.restarts()) {
      plan.host(
          new HostStep.Restart(
              policy.afterSuccess(),
              policy.most(),
              FIRST_PAUSE_MILLIS,
              LAST_PAUSE_MILLIS,
              LONG_ENOUGH_MILLIS));
    }
  }

  private HostStep.Namespaces namespaces(long owner) {
    List<Step.Joined> joined = new ArrayList<>();
    UserNamespace user = spec.user();
    if (user.mode() == UserNamespace.Mode.JOIN) {
      joined.add(new Step.Joined(LinuxConstants.CLONE_NEWUSER, user.path()));
    }
    for (NamespaceType type : NamespaceType.values()) {
      if (spec.namespaces().get(type) instanceof NamespaceMode.Join join) {
        joined.add(new Step.Joined(LinuxConstants.namespaceFlag(type), join.path()));
      }
    }
    long create = created();
    // The owner of a range counts only this container's processes: nobody else has that id.
    boolean counts = owner != IdAllocation.CALLER && spec.limits().processes() > 0;
    long processes =
        counts ? LimitsPlanner.namespaceProcesses(spec.limits()) : HostStep.Namespaces.UNCHANGED;
    return new HostStep.Namespaces(
        nested ? MountLocks.outer(create) : create, owner, processes, joined);
  }

  /** The CLONE_NEW* bits of all namespaces that are to be the container's own. */
  private long created() {
    long create = spec.user().isNew() ? LinuxConstants.CLONE_NEWUSER : 0;
    for (NamespaceType type : NamespaceType.values()) {
      if (spec.namespaces().get(type) instanceof NamespaceMode.Private) {
        create |= LinuxConstants.namespaceFlag(type);
      }
    }
    return create;
  }

  /** Where there is a terminal, that is a relay already. */
  private void relay() {
    ProcessSpec process = spec.process();
    boolean all = (process.relayed() || livesOn()) && process.terminal() == null;
    if (!all && !spec.limits().relayOutput()) {
      return;
    }
    long bytes = spec.limits().output().value();
    // What can be written to counts as output, and a terminal or socket given as input can.
    boolean input =
        process.interactive()
            && process.terminal() == null
            && (process.relayed() || bytes > 0 || livesOn());
    plan.host(new HostStep.Output(bytes > 0 ? bytes : HostStep.Output.COUNT_ONLY, input));
  }

  private void initSteps(IdAllocation ids) {
    if (ids != null) {
      plan.beforePivot(
          new InitStep.SetupIds(IdMappings.rootOf(ids.uids()), IdMappings.rootOf(ids.gids())));
    } else if (spec.user().mode() == UserNamespace.Mode.JOIN) {
      plan.beforePivot(
          new InitStep.SetupIds(
              IdMappings.rootOf(spec.user().uids()), IdMappings.rootOf(spec.user().gids())));
    }
    if (nested) {
      plan.beforePivot(MountLocks.step(created(), ids));
    }
    boolean ownMounts = spec.isPrivate(NamespaceType.MOUNT);
    if (ownMounts) {
      new MountPlanner(resolved, facts, plan).plan(ids, problems);
    } else {
      NamespaceSettings.plan(spec, ids, false, plan);
    }
    if (!resolved.hostname().isEmpty()) {
      plan.afterPivot(new InitStep.Hostname(resolved.hostname()));
    }
    if (!spec.domainname().isEmpty()) {
      plan.afterPivot(new InitStep.Domainname(spec.domainname()));
    }
    if (spec.isPrivate(NamespaceType.NETWORK)) {
      plan.afterPivot(new InitStep.Loopback());
    }
    if (spec.process().terminal() != null) {
      plan.afterPivot(new InitStep.Console(ownMounts ? "/dev/console" : ""));
    }
    // Last, since mount points and the working directory are made before. The host's root is
    // read-only from the start.
    if (ownMounts && spec.root().readOnly() && !spec.root().isHost()) {
      plan.afterPivot(
          new FileStep.MountAttributes("/", false, LinuxConstants.MOUNT_ATTR_RDONLY, 0));
    }
  }
}
