package io.nsrun.plan;

import io.nsrun.plan.steps.CommandStep;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.InitStep;
import io.nsrun.plan.steps.Step;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects steps in the places where a plan has them. Mounts are made detached before the pivot, as
 * long as the host's paths and procfs can be seen, and attached after it, when every path is the
 * container's; a number carries each from here to there.
 */
final class PlanBuilder {
  private final List<Step> host = new ArrayList<>();
  private final List<Step> afterNamespaces = new ArrayList<>();
  private final List<Step> beforePivot = new ArrayList<>();
  private final List<Step> afterPivot = new ArrayList<>();
  private final List<Step> command = new ArrayList<>();
  private int nextDetached;

  /** Adds a step of the monitor before the namespaces. */
  void host(HostStep step) {
    host.add(step);
  }

  /** Adds the namespaces, or a step of the monitor after them. */
  void afterNamespaces(HostStep step) {
    afterNamespaces.add(step);
  }

  /** Adds a step of init before the pivot. */
  void beforePivot(InitStep step) {
    beforePivot.add(step);
  }

  /** Adds a step of init after the pivot. */
  void afterPivot(InitStep step) {
    afterPivot.add(step);
  }

  void command(CommandStep step) {
    command.add(step);
  }

  /**
   * The number of a new detached mount; may exceed what the protocol has, see {@link
   * #detachedMounts}.
   */
  int newDetached() {
    return nextDetached++;
  }

  /** How many detached mounts there are. */
  int detachedMounts() {
    return nextDetached;
  }

  /** All steps in the order of the stages. */
  List<Step> steps() {
    List<Step> steps =
        new ArrayList<>(
            host.size()
                + afterNamespaces.size()
                + beforePivot.size()
                + afterPivot.size()
                + command.size());
    steps.addAll(host);
    steps.addAll(afterNamespaces);
    steps.addAll(beforePivot);
    steps.addAll(afterPivot);
    steps.addAll(command);
    return steps;
  }
}
