package io.nsrun.plan;

import io.nsrun.plan.steps.Isolation;
import io.nsrun.spec.Property;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.Text;

/** Holds what a plan achieves against what the caller requires. */
final class Requirements {
  private Requirements() {}

  /** Adds a problem for each property that was required by name and is not there in full. */
  static void check(Spec spec, Isolation isolation, SpecProblems problems) {
    for (Property required : spec.preferences().required()) {
      Isolation.Property found = isolation.get(aspect(required));
      if (found == null) {
        problems.add(
            SpecField.REQUIRE,
            required.word() + ": there is none",
            // Everything else is there in some way, whatever was asked for.
            Text.of("add ", SpecField.LANDLOCK));
      } else if (!found.full()) {
        problems.add(
            SpecField.REQUIRE,
            required.word() + ": it would be \"" + found.value() + "\"",
            found.reason());
      }
    }
  }

  private static Isolation.Aspect aspect(Property property) {
    return switch (property) {
      case IDS -> Isolation.Aspect.IDS;
      case GROUPS -> Isolation.Aspect.SUPPLEMENTARY_GROUPS;
      case PROC -> Isolation.Aspect.PROC;
      case SYSFS -> Isolation.Aspect.SYSFS;
      case SECCOMP -> Isolation.Aspect.SECCOMP;
      case LANDLOCK -> Isolation.Aspect.LANDLOCK;
    };
  }
}
