package io.nsrun.control;

import io.nsrun.plan.LaunchPlan;

/** Turns a plan into the bytes that nsinit decodes. */
public final class PlanEncoder {
  private PlanEncoder() {}

  /**
   * The PLAN frame.
   *
   * @throws io.nsrun.spec.SpecProblemsException if a string has a NUL character, a number is out of
   *     range, or the plan has more than 32 MiB
   */
  public static byte[] encode(LaunchPlan plan) {
    throw new UnsupportedOperationException();
  }

  /** As {@link #encode}, with the HELLO frame in front, to be sent in one piece. */
  public static byte[] encodeWithHello(LaunchPlan plan) {
    throw new UnsupportedOperationException();
  }
}
