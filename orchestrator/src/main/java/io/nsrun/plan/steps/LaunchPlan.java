package io.nsrun.plan.steps;

import io.nsrun.spec.IdMapping;
import java.util.List;

/**
 * What nsinit does to start one container, in order, and how isolated that makes it.
 *
 * @param steps steps of the host, then of init, then of the command; the last one is the exec
 * @param isolation what was achieved, and what was not and why
 */
public record LaunchPlan(List<Step> steps, Isolation isolation) {
  public LaunchPlan {
    steps = List.copyOf(steps);
  }

  /**
   * The id map of the container's user namespace, whoever writes it; empty if that is none of its
   * own.
   *
   * @param users of user ids, else of group ids
   */
  public List<IdMapping> idMap(boolean users) {
    for (Step step : steps) {
      if (users && step instanceof HostStep.UidMap map) {
        return map.mappings();
      }
      if (!users && step instanceof HostStep.GidMap map) {
        return map.mappings();
      }
      if (step instanceof HostStep.RunProgram program
          && program.use() instanceof ProgramUse.MapIds map
          && map.users() == users) {
        return map.mappings();
      }
    }
    return List.of();
  }
}
