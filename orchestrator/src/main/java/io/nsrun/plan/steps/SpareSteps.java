package io.nsrun.plan.steps;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The steps of a plan that no guest has a part in, which a launcher may carry out before there is
 * one (nsinit-c/src/proto/steps.c, step_is_ahead).
 */
public final class SpareSteps {
  private static final Set<SetupStep> AHEAD =
      EnumSet.of(
          SetupStep.NAMESPACES,
          SetupStep.UID_MAP,
          SetupStep.GID_MAP,
          SetupStep.RUN_PROGRAM,
          SetupStep.SETUP_IDS,
          SetupStep.PROPAGATION,
          SetupStep.FILESYSTEM,
          SetupStep.LOOPBACK);

  /** What no spare has: a terminal, init's second begin. */
  private static final Set<SetupStep> NEVER =
      EnumSet.of(
          SetupStep.TERMINAL, SetupStep.CONSOLE, SetupStep.NESTED_NAMESPACES, SetupStep.LISTENER);

  /** Detached mounts of the monitor's, for which a message to init has room. */
  private static final int MOST_TREES = 13;

  private SpareSteps() {}

  /**
   * A plan of those steps alone, and one that executes something, which is not carried out.
   *
   * @return null if no spare can serve a container of this plan
   */
  public static LaunchPlan of(LaunchPlan plan) {
    List<Step> ahead = new ArrayList<>();
    int trees = 0;
    for (Step step : plan.steps()) {
      if (NEVER.contains(step.kind())
          || (step instanceof HostStep.Namespaces namespaces && !namespaces.joined().isEmpty())) {
        return null;
      }
      if (step.kind() == SetupStep.HOST_TREE) {
        trees++;
      }
      if (AHEAD.contains(step.kind())) {
        ahead.add(step);
      }
    }
    if (trees > MOST_TREES) {
      return null;
    }
    ahead.add(new CommandStep.Exec(true, List.of("true"), List.of(), List.of("/bin/true")));
    return new LaunchPlan(ahead, plan.isolation());
  }
}
