package io.nsrun.plan.facts;

import io.nsrun.spec.Property;
import io.nsrun.spec.Spec;
import java.util.List;

/**
 * What limits depend on. Gathered only where the spec calls for it.
 *
 * @param cpus the CPUs that the caller may run on, ascending (sched_setaffinity(2))
 * @param lowestNice the least niceness the caller may take without a privilege: its own, or what
 *     RLIMIT_NICE allows
 * @param procHidden whether the caller sees no procfs in full, so that the kernel refuses a new one
 *     in a user namespace
 * @param landlockAbi version of Landlock; 0 if the kernel has none
 */
public record LimitFacts(List<Integer> cpus, int lowestNice, boolean procHidden, int landlockAbi) {
  /** Nothing was gathered. */
  public static final LimitFacts NONE = new LimitFacts(List.of(), 0, false, 0);

  public LimitFacts {
    cpus = List.copyOf(cpus);
  }

  /** Whether any of them is called for by this spec. */
  static boolean isNeeded(Spec spec) {
    return !spec.limits().areNone()
        || !spec.landlock().isEmpty()
        || (!spec.preferences().areDefault() && spec.preferences().prefers(Property.PROC));
  }
}
