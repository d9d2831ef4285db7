package io.nsrun.plan.steps;

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
}
