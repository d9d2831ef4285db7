package io.nsrun.plan;

import static io.nsrun.plan.steps.LinuxConstants.LANDLOCK_ACCESS_FS_EXECUTE;
import static io.nsrun.plan.steps.LinuxConstants.LANDLOCK_ACCESS_FS_IOCTL_DEV;
import static io.nsrun.plan.steps.LinuxConstants.LANDLOCK_ACCESS_FS_READ_DIR;
import static io.nsrun.plan.steps.LinuxConstants.LANDLOCK_ACCESS_FS_READ_FILE;
import static io.nsrun.plan.steps.LinuxConstants.LANDLOCK_ACCESS_FS_WRITE_FILE;

import io.nsrun.plan.facts.HostFacts;
import io.nsrun.plan.facts.LandlockAbi;
import io.nsrun.plan.steps.CommandStep;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.plan.steps.Step;
import io.nsrun.spec.ContainerPath;
import io.nsrun.spec.LandlockRule;
import io.nsrun.spec.Mount;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.Property;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.Text;
import java.util.ArrayList;
import java.util.List;

/** Plans the rules of {@code --landlock}. */
final class LandlockPlanner {
  /** What no program expects to be denied: it is the container's own, or holds nothing. */
  private static final String[] DEVICES = {
    "/dev/full", "/dev/null", "/dev/pts", "/dev/random", "/dev/tty", "/dev/urandom", "/dev/zero"
  };

  private final Spec spec;
  private final int abi;

  LandlockPlanner(Spec spec, HostFacts facts) {
    this.spec = spec;
    this.abi = facts.limits().landlockAbi();
  }

  /** Whether the command will be bound by rules. */
  boolean isOn() {
    return !spec.landlock().isEmpty() && abi > 0;
  }

  void check(SpecProblems problems) {
    if (!spec.landlock().isEmpty() && abi == 0 && !spec.preferences().prefers(Property.LANDLOCK)) {
      problems.add(
          SpecField.LANDLOCK,
          "this kernel has no Landlock, or it is not switched on",
          Text.of(
              "add landlock to the lsm= parameter of the kernel, or do without: ",
              SpecField.PREFER.with("landlock")));
    }
  }

  void plan(PlanBuilder plan) {
    if (!isOn()) {
      return;
    }
    long handled = LandlockAbi.files(abi);
    List<Step.PathRule> rules = new ArrayList<>();
    for (int i = 0; i < spec.landlock().size(); i++) {
      LandlockRule rule = spec.landlock().get(i);
      rules.add(new Step.PathRule(rule.path(), access(rule, handled)));
    }
    if (hasOwnDevices()) {
      long access =
          (LANDLOCK_ACCESS_FS_READ_FILE
                  | LANDLOCK_ACCESS_FS_WRITE_FILE
                  | LANDLOCK_ACCESS_FS_READ_DIR
                  | LANDLOCK_ACCESS_FS_IOCTL_DEV)
              & handled;
      for (int i = 0; i < DEVICES.length; i++) {
        rules.add(new Step.PathRule(DEVICES[i], access));
      }
    }
    plan.command(new CommandStep.Landlock(handled, 0, LandlockAbi.scopes(abi), rules));
  }

  private static long access(LandlockRule rule, long handled) {
    long access =
        rule.write()
            ? handled & ~LANDLOCK_ACCESS_FS_EXECUTE
            : (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR) & handled;
    return access | (rule.execute() ? LANDLOCK_ACCESS_FS_EXECUTE : 0);
  }

  private boolean hasOwnDevices() {
    if (!spec.isPrivate(NamespaceType.MOUNT)) {
      return false;
    }
    for (Mount mount : spec.mounts()) {
      String target = ContainerPath.normalize(mount.target());
      if ("/dev".equals(target) || "/dev/pts".equals(target)) {
        return false;
      }
    }
    return true;
  }

  /** How it came out; there must be rules. */
  Isolation.Property property() {
    return isOn()
        ? new Isolation.Property(Isolation.Aspect.LANDLOCK, true, "on", "")
        : new Isolation.Property(
            Isolation.Aspect.LANDLOCK, false, "off", "this kernel has no Landlock in use");
  }
}
