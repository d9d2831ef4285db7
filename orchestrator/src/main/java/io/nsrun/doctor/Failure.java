package io.nsrun.doctor;

import io.nsrun.control.Errno;
import io.nsrun.control.Event;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.SetupStep;
import io.nsrun.plan.steps.Step;
import io.nsrun.spec.Text;

/**
 * A failed step beside what is known about it.
 *
 * @param event what nsinit reported
 * @param plan what was to be done
 * @param machine where it was to be done
 */
record Failure(Event.Failed event, LaunchPlan plan, Machine machine) {
  SetupStep step() {
    return event.step();
  }

  Errno errno() {
    return event.errno();
  }

  String object() {
    return event.object();
  }

  String detail() {
    return event.detail();
  }

  /** The step of the plan that failed, if it is one of the given kind; else null. */
  <T extends Step> T planned(Class<T> kind) {
    int index = event.index();
    if (index >= 0 && index < plan.steps().size() && kind.isInstance(plan.steps().get(index))) {
      return kind.cast(plan.steps().get(index));
    }
    return null;
  }

  /** The only step of the plan of the given kind, or the first of them; null if there is none. */
  <T extends Step> T first(Class<T> kind) {
    for (Step step : plan.steps()) {
      if (kind.isInstance(step)) {
        return kind.cast(step);
      }
    }
    return null;
  }

  /** Whether the machine, asked by {@code outcome}, shows the ill that explains this. */
  static boolean isIll(Outcome outcome) {
    return outcome.result() == Result.FAIL || outcome.result() == Result.WARN;
  }

  /** A probe's answer as cause and remedy. */
  static Text told(String prefix, Outcome outcome) {
    return Text.of(prefix, outcome.detail(), ". ", outcome.remedy());
  }
}
