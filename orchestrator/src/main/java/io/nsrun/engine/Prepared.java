package io.nsrun.engine;

import io.nsrun.plan.facts.Resolved;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.spec.Spec;
import java.util.ArrayList;
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

  /**
   * How one property of the isolation comes out.
   *
   * @param aspect which one: lower case with underscores, as in records
   * @param full whether it is as good as the secure default or better
   * @param value what is there, in a word or two, e.g. {@code private} or {@code 1 id}
   * @param reason why it is not more; empty if {@code full}
   */
  public record Achieved(String aspect, boolean full, String value, String reason) {}

  /**
   * What is still of use once its command runs: what was asked for, and how isolated it is. The
   * rest is several times as large.
   */
  Prepared running() {
    return new Prepared(
        resolved.withoutFindings(),
        new LaunchPlan(List.of(), plan.isolation()),
        List.of(),
        leases,
        ownIds);
  }

  /** What was asked for. */
  public Spec spec() {
    return resolved.spec();
  }

  /** The isolation that the plan comes to. */
  public List<Achieved> isolation() {
    List<Achieved> list = new ArrayList<>();
    for (Isolation.Property property : plan.isolation().properties()) {
      list.add(
          new Achieved(
              property.aspect().key(), property.full(), property.value(), property.reason()));
    }
    return list;
  }
}
