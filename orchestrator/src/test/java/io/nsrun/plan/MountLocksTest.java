package io.nsrun.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.InitStep;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.LinuxConstants;
import io.nsrun.spec.Capabilities;
import io.nsrun.spec.Capability;
import io.nsrun.spec.CapabilitySet;
import io.nsrun.spec.IdMapping;
import io.nsrun.spec.NamespaceMode;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.Spec;
import io.nsrun.spec.UserNamespace;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Mounts are locked against whoever has CAP_SYS_ADMIN. */
class MountLocksTest {
  private static final long OUTER = LinuxConstants.CLONE_NEWUSER | LinuxConstants.CLONE_NEWNS;
  private static final Capabilities SYS_ADMIN =
      new Capabilities(CapabilitySet.NONE.plus(Capability.SYS_ADMIN), CapabilitySet.NONE, false);

  private static LaunchPlan plan(Spec.Builder spec) {
    return Planner.plan(spec.build(), Specs.unprivileged());
  }

  @Test
  void whoeverCanNotMountHasOneUserNamespace() {
    LaunchPlan plan = plan(Specs.builder("true"));

    assertThat(Plans.has(plan, InitStep.NestedNamespaces.class)).isFalse();
    assertThat(Plans.only(plan, HostStep.Namespaces.class).create())
        .isEqualTo(
            OUTER
                | LinuxConstants.CLONE_NEWPID
                | LinuxConstants.CLONE_NEWIPC
                | LinuxConstants.CLONE_NEWUTS
                | LinuxConstants.CLONE_NEWNET
                | LinuxConstants.CLONE_NEWCGROUP);
    assertThat(plan.isolation().get(Isolation.Aspect.MOUNTS)).isNull();
  }

  @Test
  void whoeverMayMountHasPowerOverAllButTheMountsMadeForIt() {
    for (Capabilities capabilities :
        List.of(SYS_ADMIN, new Capabilities(CapabilitySet.NONE, CapabilitySet.NONE, true))) {
      LaunchPlan plan = plan(Specs.builder("true").capabilities(capabilities));
      InitStep.NestedNamespaces step = Plans.only(plan, InitStep.NestedNamespaces.class);

      assertThat(Plans.only(plan, HostStep.Namespaces.class).create()).isEqualTo(OUTER);
      assertThat(step.create())
          .isEqualTo(
              LinuxConstants.CLONE_NEWUSER
                  | LinuxConstants.CLONE_NEWPID
                  | LinuxConstants.CLONE_NEWIPC
                  | LinuxConstants.CLONE_NEWUTS
                  | LinuxConstants.CLONE_NEWNET
                  | LinuxConstants.CLONE_NEWCGROUP);
      assertThat(step.uids()).isNotEmpty().allMatch(m -> m.inside() == m.outside());
      assertThat(step.uids().stream().map(IdMapping::count))
          .containsExactlyElementsOf(
              Plans.only(plan, HostStep.UidMap.class).mappings().stream()
                  .map(IdMapping::count)
                  .toList());
      assertThat(Plans.indexOf(plan, step))
          .isEqualTo(Plans.indexOf(plan, Plans.only(plan, InitStep.SetupIds.class)) + 1);
      assertThat(plan.isolation().get(Isolation.Aspect.MOUNTS).full()).isTrue();
    }
  }

  @Test
  void whatCanNotBeLockedIsSaid() {
    LaunchPlan joined =
        plan(
            Specs.builder("true")
                .capabilities(SYS_ADMIN)
                .namespace(NamespaceType.PID, new NamespaceMode.Join("/proc/42/ns/pid")));
    LaunchPlan host =
        Planner.plan(
            Specs.builder("true")
                .capabilities(SYS_ADMIN)
                .user(UserNamespace.of(UserNamespace.Mode.HOST))
                .build(),
            Specs.root());

    assertThat(Plans.has(joined, InitStep.NestedNamespaces.class)).isFalse();
    assertThat(joined.isolation().get(Isolation.Aspect.MOUNTS).full()).isFalse();
    assertThat(joined.isolation().get(Isolation.Aspect.MOUNTS).reason())
        .contains("the PID namespace is joined");
    assertThat(Plans.has(host, InitStep.NestedNamespaces.class)).isFalse();
    assertThat(host.isolation().get(Isolation.Aspect.MOUNTS).reason())
        .contains("the user namespace is not the container's own");
  }
}
