package io.nsrun.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.plan.facts.HostFacts;
import io.nsrun.plan.steps.CommandStep;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.seccomp.SeccompFilter;
import io.nsrun.spec.Blob;
import io.nsrun.spec.Capabilities;
import io.nsrun.spec.Capability;
import io.nsrun.spec.CapabilitySet;
import io.nsrun.spec.Seccomp;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.SpecProblemsException;
import org.junit.jupiter.api.Test;

class SeccompPlanTest {
  private static final HostFacts FACTS = Specs.unprivileged();

  @Test
  void theFilterIsTheLastStepBeforeTheCommand() {
    LaunchPlan plan = Planner.plan(Specs.busyboxTrue(), FACTS);

    assertThat(plan.steps().get(plan.steps().size() - 2))
        .isEqualTo(new CommandStep.Seccomp(0, Specs.ALLOW_ALL.program()));
  }

  @Test
  void withoutNoNewPrivsItComesWhileTheRightToFilterIsStillThere() {
    Spec spec = Specs.builder("true").noNewPrivileges(false).build();
    LaunchPlan plan = Planner.plan(spec, FACTS);

    assertThat(Plans.indexOf(plan, Plans.only(plan, CommandStep.Seccomp.class)))
        .isEqualTo(Plans.indexOf(plan, Plans.only(plan, CommandStep.BoundingSet.class)) + 1)
        .isLessThan(Plans.indexOf(plan, Plans.only(plan, CommandStep.User.class)));
  }

  @Test
  void unconfinedHasNoFilterAndSaysSo() {
    Spec spec = Specs.builder("true").seccomp(Seccomp.UNCONFINED).build();
    LaunchPlan plan = Planner.plan(spec, FACTS);

    assertThat(Plans.has(plan, CommandStep.Seccomp.class)).isFalse();
    assertThat(seccomp(plan)).isEqualTo(property(false, "unconfined", "asked for"));
  }

  @Test
  void privilegedIsUnconfined() {
    Spec spec =
        Specs.builder("true")
            .capabilities(new Capabilities(CapabilitySet.NONE, CapabilitySet.NONE, true))
            .build();

    assertThat(Plans.has(Planner.plan(spec, FACTS), CommandStep.Seccomp.class)).isFalse();
  }

  @Test
  void profilesAreReportedByName() {
    Spec spec = Specs.builder("true").seccomp(new Seccomp.Profile("/p.json", Blob.EMPTY)).build();

    assertThat(seccomp(Planner.plan(spec, FACTS)))
        .isEqualTo(
            property(
                false,
                "profile /p.json",
                "asked for; whether it denies as much as the default is not judged"));
  }

  @Test
  void addedCapabilitiesMakeTheDefaultLess() {
    Capabilities more =
        new Capabilities(CapabilitySet.NONE.plus(Capability.SYS_ADMIN), CapabilitySet.NONE, false);

    assertThat(seccomp(Planner.plan(Specs.busyboxTrue(), FACTS)))
        .isEqualTo(property(true, "default", ""));
    assertThat(
            seccomp(Planner.plan(Specs.builder("true").capabilities(more).build(), FACTS)).full())
        .isFalse();
  }

  @Test
  void aFilterThatWasForgottenIsNoPlanWithoutOne() {
    HostFacts without = FACTS.withSeccomp(SeccompFilter.NONE);

    assertThatThrownBy(() -> Planner.plan(Specs.busyboxTrue(), without))
        .isInstanceOf(IllegalStateException.class);
    SpecProblems problems = new SpecProblems();
    problems.add("seccomp profile p", "is bad", "");
    assertThatThrownBy(() -> Planner.plan(Specs.busyboxTrue(), without, problems))
        .isInstanceOf(SpecProblemsException.class)
        .hasMessage("seccomp profile p: is bad");
  }

  @Test
  void whoAsksAnAgentConnectsToItBeforeAnyNamespace() {
    SeccompFilter filter =
        new SeccompFilter(
            8, Specs.ALLOW_ALL.program(), new SeccompFilter.Listener("/run/a", "say \"m\""));
    LaunchPlan plan = Planner.plan(Specs.busyboxTrue(), FACTS.withSeccomp(filter));

    HostStep.Listener listener = Plans.only(plan, HostStep.Listener.class);
    assertThat(listener.path()).isEqualTo("/run/a");
    assertThat(String.join("42", listener.parts()))
        .isEqualTo(
            "{\"ociVersion\":\"1.1.0\",\"fds\":[\"seccompFd\"],\"pid\":42,"
                + "\"metadata\":\"say \\\"m\\\"\",\"state\":{\"ociVersion\":\"1.1.0\",\"id\":\""
                + "0".repeat(64)
                + "\",\"status\":\"creating\",\"pid\":42,\"bundle\":\"/srv/rootfs\"}}");
    assertThat(Plans.indexOf(plan, listener))
        .isLessThan(Plans.indexOf(plan, Plans.only(plan, HostStep.Namespaces.class)));
    assertThat(Plans.only(plan, CommandStep.Seccomp.class).flags()).isEqualTo(8);
  }

  @Test
  void metadataThatIsNotThereIsNotTold() {
    assertThat(ContainerProcessState.parts("i", "/a\"b", ""))
        .hasSize(3)
        .allSatisfy(part -> assertThat(part).doesNotContain("metadata"))
        .last()
        .isEqualTo(",\"bundle\":\"/a\\\"b\"}}");
  }

  private static Isolation.Property seccomp(LaunchPlan plan) {
    return plan.isolation().get(Isolation.Aspect.SECCOMP);
  }

  private static Isolation.Property property(boolean full, String value, String reason) {
    return new Isolation.Property(Isolation.Aspect.SECCOMP, full, value, reason);
  }
}
