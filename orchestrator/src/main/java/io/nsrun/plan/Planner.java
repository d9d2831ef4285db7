package io.nsrun.plan;

import io.nsrun.spec.Spec;

/** Turns what is wanted into what is done: a pure function of its arguments. */
public final class Planner {
  private Planner() {}

  /**
   * The plan that makes {@code spec} real for the caller and host of {@code facts}.
   *
   * @throws io.nsrun.spec.SpecProblemsException with every reason why it can't be made real, those
   *     of {@link Spec#validate} included
   */
  @SuppressWarnings("DoNotCallSuggester")
  public static LaunchPlan plan(Spec spec, HostFacts facts) {
    throw new UnsupportedOperationException();
  }
}
