package io.nsrun.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.plan.facts.HostFacts;
import io.nsrun.plan.facts.LimitFacts;
import io.nsrun.plan.steps.CommandStep;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.SetupStep;
import io.nsrun.plan.steps.SpareSteps;
import io.nsrun.plan.steps.Step;
import io.nsrun.spec.Limits;
import io.nsrun.spec.NamespaceMode;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.ProcMode;
import io.nsrun.spec.Rlimit;
import io.nsrun.spec.Spec;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Of which guests the command's process is there before them. */
class SpareStepsTest {
  private static LaunchPlan plan(Spec spec) {
    return Planner.plan(spec, Specs.root());
  }

  private static LaunchPlan ahead(LaunchPlan plan) {
    return SpareSteps.of(plan, Specs.ROOT, false);
  }

  private static List<SetupStep> commandAhead(Spec spec) {
    return commandAhead(ahead(plan(spec)));
  }

  private static List<SetupStep> commandAhead(LaunchPlan ahead) {
    List<Step> steps = ahead.steps();
    return steps.subList(0, steps.size() - 1).stream()
        .filter(CommandStep.class::isInstance)
        .map(Step::kind)
        .toList();
  }

  private static Spec.Builder withLimit(Rlimit.Resource resource, long soft) {
    return Specs.builder("true").rlimit(new Rlimit(resource, soft, 4096));
  }

  @Test
  void allOfTheCommandIsAheadWhereAllBeforeItIs() {
    assertThat(commandAhead(Specs.busyboxTrue()))
        .containsExactly(
            SetupStep.SESSION,
            SetupStep.KEYRING,
            SetupStep.UMASK,
            SetupStep.BOUNDING_SET,
            SetupStep.USER,
            SetupStep.CAPABILITIES,
            SetupStep.NO_NEW_PRIVS,
            SetupStep.WORKDIR,
            SetupStep.SECCOMP);
    assertThat(commandAhead(withLimit(Rlimit.Resource.NOFILE, 1024).build()))
        .contains(SetupStep.RLIMIT, SetupStep.SECCOMP);
  }

  @Test
  void noneOfItIsWhereTheGuestHasAPartInTheTree() {
    LaunchPlan plan = plan(Specs.busyboxTrue());

    assertThat(commandAhead(SpareSteps.of(plan, Specs.ROOT, true))).isEmpty();
    assertThat(commandAhead(SpareSteps.of(plan, "", false))).isEmpty();
  }

  @Test
  void noneOfItIsWhereNobodyCouldWait() {
    assertThat(commandAhead(withLimit(Rlimit.Resource.NOFILE, 63).build())).isEmpty();
    assertThat(commandAhead(Specs.builder("true").init(false).build())).isEmpty();
    assertThat(
            commandAhead(
                Specs.builder("true")
                    .namespace(NamespaceType.PID, NamespaceMode.HOST)
                    .proc(ProcMode.BIND)
                    .build()))
        .isEmpty();
  }

  @Test
  void noneOfItIsWhereEachGuestHasProcessorsOfItsOwn() {
    Specs.Facts facts = new Specs.Facts().root();
    facts.limits = new LimitFacts(List.of(0, 1), 0, false, 0);
    HostFacts host = facts.facts();
    Spec spec = Specs.builder("true").limits(Limits.NONE.withCpus(1)).build();

    assertThat(commandAhead(ahead(Planner.plan(spec, host)))).isEmpty();
  }

  @Test
  void aGuestWithAnotherCommandIsServed() {
    LaunchPlan ahead = ahead(plan(Specs.busyboxTrue()));

    assertThat(SpareSteps.serve(ahead, plan(withLimit(Rlimit.Resource.NOFILE, 7).build())))
        .isTrue();
    assertThat(SpareSteps.serve(ahead, plan(Specs.builder("sh").domainname("a").build()))).isTrue();
    assertThat(
            SpareSteps.serve(
                ahead,
                plan(
                    Specs.builder("true")
                        .namespace(NamespaceType.IPC, NamespaceMode.HOST)
                        .build())))
        .isFalse();
  }
}
