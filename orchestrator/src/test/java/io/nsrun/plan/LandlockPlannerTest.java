package io.nsrun.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.plan.facts.HostFacts;
import io.nsrun.plan.facts.LandlockAbi;
import io.nsrun.plan.facts.LimitFacts;
import io.nsrun.plan.steps.CommandStep;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.Step;
import io.nsrun.spec.Bytes;
import io.nsrun.spec.LandlockRule;
import io.nsrun.spec.Mount;
import io.nsrun.spec.MountOptions;
import io.nsrun.spec.Preferences;
import io.nsrun.spec.Property;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecProblemsException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LandlockPlannerTest {
  private static HostFacts abi(int abi) {
    Specs.Facts facts = new Specs.Facts();
    facts.limits = new LimitFacts(List.of(), 0, false, abi);
    return facts.facts();
  }

  private static Spec.Builder rules(String... rules) {
    Spec.Builder builder = Specs.builder("true");
    for (String rule : rules) {
      builder.landlock(LandlockRule.parse(rule));
    }
    return builder;
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "5.10.0,-,0",
        "5.13.0,-,1",
        "5.19.17,-,2",
        "6.1.0-13-amd64,-,2",
        "6.2.0,-,3",
        "6.7.1,-,4",
        "6.10.0,-,5",
        "6.12.0,-,6",
        "6.18.44-fc,-,6",
        "7.0,-,6",
        "garbage,-,0"
      })
  @CsvSource({
    "6.8.0,'lockdown,yama,landlock',4",
    "6.8.0,'landlock',4",
    "6.8.0,'lockdown,yama',0",
    "6.8.0,'nolandlock,landlocked',0",
    "5.4.0,'landlock,yama',1"
  })
  void theVersionFollowsFromTheReleaseAndWhatIsSwitchedOn(
      String release, String modules, int version) {
    assertThat(LandlockAbi.of(release, modules)).isEqualTo(version);
  }

  @Test
  void eachVersionHandlesAllTheRightsItKnows() {
    assertThat(LandlockAbi.files(1)).isEqualTo(0x1fff);
    assertThat(LandlockAbi.files(2)).isEqualTo(0x3fff);
    assertThat(LandlockAbi.files(3)).isEqualTo(0x7fff);
    assertThat(LandlockAbi.files(4)).isEqualTo(0x7fff);
    assertThat(LandlockAbi.files(5)).isEqualTo(0xffff);
    assertThat(LandlockAbi.scopes(5)).isZero();
    assertThat(LandlockAbi.scopes(6)).isEqualTo(3);
  }

  @Test
  void rulesComeAfterNoNewPrivsAndAddTheDevicesThatEverybodyUses() {
    LaunchPlan plan = Planner.plan(rules("rx:/", "rw:/tmp", "rwx:/w", "ro:/r").build(), abi(6));

    CommandStep.Landlock step = Plans.only(plan, CommandStep.Landlock.class);
    assertThat(step.handledFs()).isEqualTo(0xffff);
    assertThat(step.handledNet()).isZero();
    assertThat(step.scoped()).isEqualTo(3);
    assertThat(step.rules())
        .startsWith(
            new Step.PathRule("/", 0b1101),
            new Step.PathRule("/tmp", 0xfffe),
            new Step.PathRule("/w", 0xffff),
            new Step.PathRule("/r", 0b1100))
        .contains(new Step.PathRule("/dev/null", 0b1000_0000_0000_1110));
    assertThat(Plans.indexOf(plan, step))
        .isGreaterThan(Plans.indexOf(plan, new CommandStep.NoNewPrivs()));
    assertThat(plan.isolation().get(Isolation.Aspect.LANDLOCK).value()).isEqualTo("on");
  }

  @Test
  void rightsThatTheKernelDoesNotKnowAreLeftOut() {
    CommandStep.Landlock step =
        Plans.only(Planner.plan(rules("rwx:/").build(), abi(1)), CommandStep.Landlock.class);

    assertThat(step.handledFs()).isEqualTo(0x1fff);
    assertThat(step.scoped()).isZero();
    assertThat(step.rules())
        .allSatisfy(rule -> assertThat(rule.access() & ~step.handledFs()).isZero());
  }

  @Test
  void noRulesAreMadeForDevicesThatAreNotOurs() {
    Spec spec =
        rules("rx:/")
            .mount(new Mount.Tmpfs("/dev", Bytes.ZERO, 0755, MountOptions.DEFAULT))
            .build();

    assertThat(Plans.only(Planner.plan(spec, abi(6)), CommandStep.Landlock.class).rules())
        .hasSize(1);
  }

  @Test
  void withoutLandlockTheRunIsRefusedUnlessItIsOnlyPreferred() {
    Spec.Builder asked = rules("rx:/");

    assertThatThrownBy(() -> Planner.plan(asked.build(), abi(0)))
        .isInstanceOf(SpecProblemsException.class)
        .hasMessageContaining("landlock: this kernel has no Landlock")
        .hasMessageContaining("prefer \"landlock\"");

    LaunchPlan plan =
        Planner.plan(
            asked.preferences(new Preferences(Set.of(), Set.of(Property.LANDLOCK))).build(),
            abi(0));
    assertThat(Plans.has(plan, CommandStep.Landlock.class)).isFalse();
    Isolation.Property landlock = plan.isolation().get(Isolation.Aspect.LANDLOCK);
    assertThat(landlock.full()).isFalse();
    assertThat(landlock.value()).isEqualTo("off");
  }
}
