package io.nsrun.engine;

import io.nsrun.plan.facts.Resolved;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.spec.Spec;
import java.util.List;

/**
 * A container that can be started.
 *
 * @param resolved what was asked for, and what was found of it
 * @param plan what nsinit will do
 * @param warnings what is odd about it, a sentence each
 * @param leases what it has of the host; whoever prepared it gives them back
 * @param ownIds whether it has ids that nothing else on this machine has
 */
public record Prepared(
    Resolved resolved, LaunchPlan plan, List<String> warnings, Leases leases, boolean ownIds) {
  public Prepared {
    warnings = List.copyOf(warnings);
  }

  /** What was asked for. */
  public Spec spec() {
    return resolved.spec();
  }
}
