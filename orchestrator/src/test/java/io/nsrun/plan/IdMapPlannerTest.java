package io.nsrun.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.plan.facts.IdHelper;
import io.nsrun.plan.steps.CommandStep;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.InitStep;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.ProgramUse;
import io.nsrun.plan.steps.Step;
import io.nsrun.spec.Blob;
import io.nsrun.spec.Capability;
import io.nsrun.spec.Groups;
import io.nsrun.spec.IdMapping;
import io.nsrun.spec.IdMaps;
import io.nsrun.spec.IdRange;
import io.nsrun.spec.ProcessSpec;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.SpecProblemsException;
import io.nsrun.spec.User;
import io.nsrun.spec.UserNamespace;
import io.nsrun.spec.UserRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class IdMapPlannerTest {
  private static IdMapping map(long inside, long outside, long count) {
    return new IdMapping(inside, outside, count);
  }

  private static Spec spec(UserNamespace.Mode mode) {
    return Specs.builder("true").user(UserNamespace.of(mode)).build();
  }

  private static Spec spec(UserNamespace.Mode mode, User user) {
    return Specs.builder("true")
        .user(UserNamespace.of(mode))
        .process(
            new ProcessSpec(
                List.of("/bin/true"),
                Map.of(),
                "/",
                UserRef.of(user),
                Groups.NONE,
                null,
                true,
                022,
                false))
        .build();
  }

  private static Spec explicit(List<IdMapping> uids, List<IdMapping> gids) {
    return Specs.builder("true").user(UserNamespace.explicit(uids, gids)).build();
  }

  private static HostStep.UidMap uidMap(LaunchPlan plan) {
    return Plans.only(plan, HostStep.UidMap.class);
  }

  private static HostStep.GidMap gidMap(LaunchPlan plan) {
    return Plans.only(plan, HostStep.GidMap.class);
  }

  @Test
  void anOrdinaryUserWithoutRangesIsRootInsideAndGivesSetgroupsUp() {
    LaunchPlan plan = Planner.plan(spec(UserNamespace.Mode.AUTO), Specs.unprivileged());

    assertThat(uidMap(plan)).isEqualTo(new HostStep.UidMap(List.of(map(0, 1000, 1))));
    assertThat(gidMap(plan)).isEqualTo(new HostStep.GidMap(true, List.of(map(0, 1001, 1))));
    assertThat(Plans.only(plan, CommandStep.User.class).setGroups()).isFalse();
    assertThat(plan.isolation().get(Isolation.Aspect.IDS))
        .isEqualTo(
            new Isolation.Property(
                Isolation.Aspect.IDS, false, "1 id", "no range for ann in /etc/subuid"));
  }

  @Test
  void anOrdinaryUserWithRangesGetsThemBehindItsOwnIdThroughTheHelpers() {
    LaunchPlan plan =
        Planner.plan(spec(UserNamespace.Mode.AUTO), new Specs.Facts().ranges().facts());

    assertPrograms(
        plan,
        List.of(map(0, 1000, 1), map(1, 100000, 65536)),
        List.of(map(0, 1001, 1), map(1, 200000, 65536)));
    assertThat(Plans.only(plan, CommandStep.User.class).setGroups()).isTrue();
    assertThat(plan.isolation().get(Isolation.Aspect.IDS).full()).isTrue();
    assertThat(plan.isolation().get(Isolation.Aspect.IDS).value()).isEqualTo("65537 ids");
  }

  @Test
  void withoutAnyOneOfRangesAndHelpersThereIsOneIdAndTheReasonIsTold() {
    assertFallback("in /etc/subuid", facts -> facts.subUids = List.of());
    assertFallback("in /etc/subgid", facts -> facts.subGids = List.of());
    assertFallback(
        "newuidmap is not installed",
        facts -> facts.newuidmap = IdHelper.none("newuidmap is not installed"));
    assertFallback(
        "newgidmap is not installed",
        facts -> facts.newgidmap = IdHelper.none("newgidmap is not installed"));
    assertFallback(
        "does not exist in the current user namespace",
        facts -> facts.uids = List.of(new IdRange(0, 65536)));
  }

  private static void assertFallback(String reason, Consumer<Specs.Facts> change) {
    Specs.Facts facts = new Specs.Facts().ranges();
    change.accept(facts);
    LaunchPlan plan = Planner.plan(spec(UserNamespace.Mode.AUTO), facts.facts());

    assertThat(uidMap(plan).mappings()).containsExactly(map(0, 1000, 1));
    assertThat(gidMap(plan).denySetgroups()).isTrue();
    assertThat(plan.isolation().get(Isolation.Aspect.IDS).full()).isFalse();
    assertThat(plan.isolation().get(Isolation.Aspect.IDS).reason()).contains(reason);
  }

  @Test
  void rootGivesTheContainerIdsThatNothingElseHas() {
    LaunchPlan plan = Planner.plan(spec(UserNamespace.Mode.AUTO), Specs.root());
    List<IdMapping> map = List.of(map(0, Specs.LEASED_IDS, 65536));

    assertThat(uidMap(plan)).isEqualTo(new HostStep.UidMap(map));
    assertThat(gidMap(plan)).isEqualTo(new HostStep.GidMap(false, map));
    assertThat(Plans.only(plan, CommandStep.User.class).setGroups()).isTrue();
    assertThat(Plans.only(plan, HostStep.Namespaces.class).owner()).isEqualTo(Specs.LEASED_IDS);
    assertThat(plan.isolation().get(Isolation.Aspect.IDS))
        .isEqualTo(
            new Isolation.Property(
                Isolation.Aspect.IDS, true, "65536 ids from " + Specs.LEASED_IDS, ""));
  }

  @Test
  void identityKeepsTheOrdinaryIdsAndSaysSo() {
    LaunchPlan plan = Planner.plan(spec(UserNamespace.Mode.IDENTITY), Specs.root());

    assertThat(uidMap(plan)).isEqualTo(new HostStep.UidMap(List.of(map(0, 0, 65536))));
    assertThat(gidMap(plan).denySetgroups()).isFalse();
    assertThat(Plans.only(plan, HostStep.Namespaces.class).owner())
        .isEqualTo(HostStep.Namespaces.CALLER);
    assertThat(plan.isolation().get(Isolation.Aspect.IDS))
        .isEqualTo(
            new Isolation.Property(
                Isolation.Aspect.IDS,
                false,
                "65536 ids",
                "asked for: ids inside are the same ids outside"));
  }

  @Test
  void identityIsForRoot() {
    assertThatThrownBy(
            () ->
                Planner.plan(spec(UserNamespace.Mode.IDENTITY), new Specs.Facts().ranges().facts()))
        .hasMessage(
            "user namespace: identity needs root with CAP_SETUID, CAP_SETGID and CAP_SETFCAP"
                + " (use keep-id, which keeps your own id)");
  }

  @Test
  void rootWhoMayNotMountKeepsItsIds() {
    Specs.Facts facts = new Specs.Facts().root();
    facts.capabilities &= ~Capability.SYS_ADMIN.bit();
    facts.leasedIds = null;
    LaunchPlan plan = Planner.plan(spec(UserNamespace.Mode.AUTO), facts.facts());

    assertThat(uidMap(plan).mappings()).containsExactly(map(0, 0, 65536));
    assertThat(plan.isolation().get(Isolation.Aspect.IDS).reason()).contains("CAP_SYS_ADMIN");
  }

  @Test
  void rootWhoseFilesCantBeTranslatedKeepsItsIds() {
    Specs.Facts facts = new Specs.Facts().root();
    facts.leasedIds = null;
    facts.untranslatable = "/x is on overlay";
    LaunchPlan plan = Planner.plan(spec(UserNamespace.Mode.AUTO), facts.facts());

    assertThat(uidMap(plan).mappings()).containsExactly(map(0, 0, 65536));
    assertThat(plan.isolation().get(Isolation.Aspect.IDS).reason())
        .isEqualTo(
            "/x is on overlay, where owners can't be translated: ids inside are the same ids"
                + " outside");
  }

  @Test
  void rootOfANestedNamespaceMapsEachLineOfItsMapApart() {
    Specs.Facts facts = new Specs.Facts().root();
    facts.uids = List.of(new IdRange(0, 1), new IdRange(1, 70000));
    facts.gids = List.of(new IdRange(0, 10));
    facts.setgroupsDenied = true;
    facts.leasedIds = null;
    LaunchPlan plan = Planner.plan(spec(UserNamespace.Mode.AUTO), facts.facts());

    assertThat(plan.isolation().get(Isolation.Aspect.IDS).reason())
        .contains("root of a user namespace");
    assertThat(uidMap(plan).mappings()).containsExactly(map(0, 0, 1), map(1, 1, 65535));
    assertThat(gidMap(plan).mappings()).containsExactly(map(0, 0, 10));
    assertThat(Plans.only(plan, CommandStep.User.class).setGroups()).isFalse();
  }

  @Test
  void rootWithoutTheCapabilitiesToMapIsAnOrdinaryUser() {
    Specs.Facts facts = new Specs.Facts().root();
    facts.capabilities = 0;
    facts.leasedIds = null;
    LaunchPlan plan = Planner.plan(spec(UserNamespace.Mode.AUTO), facts.facts());

    assertThat(uidMap(plan).mappings()).containsExactly(map(0, 0, 1));
    assertThat(gidMap(plan).denySetgroups()).isTrue();
  }

  @Test
  void privateIsOneIdEvenWhereThereAreRanges() {
    LaunchPlan plan =
        Planner.plan(spec(UserNamespace.Mode.PRIVATE), new Specs.Facts().ranges().facts());

    assertThat(uidMap(plan)).isEqualTo(new HostStep.UidMap(List.of(map(0, 1000, 1))));
    assertThat(plan.isolation().get(Isolation.Aspect.IDS).full()).isTrue();
  }

  @Test
  void keepIdMakesTheCallerItselfInsideAndRunsTheCommandAsIt() {
    LaunchPlan plan = Planner.plan(spec(UserNamespace.Mode.KEEP_ID), Specs.unprivileged());

    assertThat(uidMap(plan).mappings()).containsExactly(map(1000, 1000, 1));
    assertThat(gidMap(plan).mappings()).containsExactly(map(1001, 1001, 1));
    assertThat(Plans.only(plan, InitStep.SetupIds.class))
        .isEqualTo(new InitStep.SetupIds(1000, 1001));
    assertThat(Plans.only(plan, CommandStep.User.class).uid()).isEqualTo(1000);
    assertThat(Plans.only(plan, CommandStep.User.class).gid()).isEqualTo(1001);
  }

  @Test
  void keepIdPutsTheRangesAroundTheCaller() {
    LaunchPlan plan =
        Planner.plan(spec(UserNamespace.Mode.KEEP_ID), new Specs.Facts().ranges().facts());

    assertThat(plan.idMap(true))
        .containsExactly(map(0, 100000, 1000), map(1000, 1000, 1), map(1001, 101000, 64536));
    assertThat(Plans.only(plan, InitStep.SetupIds.class)).isEqualTo(new InitStep.SetupIds(0, 0));
  }

  @Test
  void keepIdLeavesAUserThatWasAskedForAlone() {
    LaunchPlan plan =
        Planner.plan(
            spec(UserNamespace.Mode.KEEP_ID, User.ROOT), new Specs.Facts().ranges().facts());

    assertThat(Plans.only(plan, CommandStep.User.class).uid()).isZero();
  }

  @Test
  void aUserThatIsNotMappedIsAProblemThatNamesTheIdsThereAre() {
    assertThatThrownBy(
            () ->
                Planner.plan(
                    spec(UserNamespace.Mode.AUTO, new User(5, 0, List.of())), Specs.unprivileged()))
        .isInstanceOf(SpecProblemsException.class)
        .hasMessage(
            "user: uid 5 is not mapped; the container has 0"
                + " (choose one of these, or see uid map and user namespace)");
  }

  @Test
  void supplementaryGroupsWithoutSetgroupsAreAProblem() {
    assertThatThrownBy(
            () ->
                Planner.plan(
                    spec(UserNamespace.Mode.AUTO, new User(0, 0, List.of(0L))),
                    Specs.unprivileged()))
        .hasMessageContaining("user: supplementary groups");
  }

  @Test
  void aMapOfOnesOwnIdIsWrittenWithoutHelper() {
    LaunchPlan plan =
        Planner.plan(
            explicit(List.of(map(0, 1000, 1)), List.of(map(0, 1001, 1))), Specs.unprivileged());

    assertThat(uidMap(plan).mappings()).containsExactly(map(0, 1000, 1));
    assertThat(gidMap(plan).denySetgroups()).isTrue();
    assertThat(Plans.has(plan, HostStep.RunProgram.class)).isFalse();
  }

  @Test
  void aMapOfARangeGoesThroughTheHelperAndKeepsSetgroups() {
    List<IdMapping> uids = List.of(map(0, 100000, 10), map(10, 1000, 1));
    List<IdMapping> gids = List.of(map(0, 200010, 10));
    LaunchPlan plan = Planner.plan(explicit(uids, gids), new Specs.Facts().ranges().facts());

    assertPrograms(plan, uids, gids);
  }

  @Test
  void oneMapMayNeedItsHelperWhereTheOtherIsWritten() {
    List<IdMapping> uids = List.of(map(0, 100000, 10));
    LaunchPlan plan =
        Planner.plan(explicit(uids, List.of(map(0, 1001, 1))), new Specs.Facts().ranges().facts());

    assertThat(Plans.only(plan, HostStep.RunProgram.class))
        .isEqualTo(new ProgramUse.MapIds(true, uids).by("/usr/bin/newuidmap"));
    assertThat(gidMap(plan)).isEqualTo(new HostStep.GidMap(true, List.of(map(0, 1001, 1))));
  }

  @Test
  void aHelperGetsThePidAndTheMapInThreesAndNoVariableOfTheCallers() {
    HostStep.RunProgram step =
        new ProgramUse.MapIds(false, List.of(map(0, 1001, 1), map(1, 200000, 65536)))
            .by("/opt/bin/newgidmap");

    assertThat(step.program()).isEqualTo("/opt/bin/newgidmap");
    assertThat(step.argv().get(1)).isEqualTo(Step.Argument.PID);
    assertThat(step.argv().stream().map(Step.Argument::before))
        .containsExactly("newgidmap", "", "0", "1001", "1", "1", "200000", "65536");
    assertThat(step.env()).containsExactly("PATH=/usr/sbin:/usr/bin:/sbin:/bin");
    assertThat(step.input()).isEqualTo(Blob.EMPTY);
    assertThat(step.timeoutMs()).isEqualTo(60_000);
  }

  /** In place of the maps, the helpers; before init goes on, and the uids first. */
  private static void assertPrograms(LaunchPlan plan, List<IdMapping> uids, List<IdMapping> gids) {
    assertThat(Plans.all(plan, HostStep.RunProgram.class))
        .containsExactly(
            new ProgramUse.MapIds(true, uids).by("/usr/bin/newuidmap"),
            new ProgramUse.MapIds(false, gids).by("/usr/bin/newgidmap"));
    assertThat(plan.idMap(true)).isEqualTo(uids);
    assertThat(plan.idMap(false)).isEqualTo(gids);
    assertThat(Plans.has(plan, HostStep.UidMap.class)).isFalse();
    assertThat(Plans.has(plan, HostStep.GidMap.class)).isFalse();
    assertThat(plan.steps().get(1)).isInstanceOf(HostStep.RunProgram.class);
  }

  @Test
  void aMapBeyondOnesRangesIsAProblemThatNamesThem() {
    List<IdMapping> beyond = List.of(map(0, 99999, 2));

    assertThatThrownBy(
            () -> Planner.plan(explicit(beyond, beyond), new Specs.Facts().ranges().facts()))
        .hasMessageContaining("uid map: mapping 0:99999:2 needs more than your own id 1000")
        .hasMessageContaining("the range 100000-165535 of /etc/subuid")
        .hasMessageContaining("the range 200000-265535 of /etc/subgid");
    assertThatThrownBy(() -> Planner.plan(explicit(beyond, beyond), Specs.unprivileged()))
        .hasMessageContaining("/etc/subuid has no range for ann");
  }

  @Test
  void aMapThatNeedsAMissingHelperIsAProblem() {
    Specs.Facts facts = new Specs.Facts().ranges();
    facts.newuidmap = IdHelper.none("newuidmap is not installed");

    assertThatThrownBy(
            () ->
                Planner.plan(
                    explicit(List.of(map(0, 100000, 1)), List.of(map(0, 1001, 1))), facts.facts()))
        .hasMessage(
            "uid map: needs a helper, but newuidmap is not installed"
                + " (install Debian's package uidmap, or map only your own id)");
  }

  @Test
  void rootMayMapWhatExistsAndNothingElse() {
    List<IdMapping> map = List.of(map(0, 100000, 65536));
    assertThat(uidMap(Planner.plan(explicit(map, map), Specs.root())).mappings()).isEqualTo(map);

    Specs.Facts nested = new Specs.Facts().root();
    nested.uids = List.of(new IdRange(0, 65536));
    nested.gids = nested.uids;
    assertThatThrownBy(() -> Planner.plan(explicit(map, map), nested.facts()))
        .hasMessageContaining("leaves the ids that exist here: 0-65535");
  }

  @Test
  void aMapOfMoreTextThanAPageIsAProblem() {
    List<IdMapping> map = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      map.add(map(1_000_000L + 2L * i, 2_000_000_000L + 2L * i, 1));
    }
    map.add(map(0, 0, 1));

    assertThatThrownBy(() -> Planner.plan(explicit(map, map), Specs.root()))
        .hasMessageContaining("uid map: the map has")
        .hasMessageContaining("4095");
  }

  @Test
  void mapsMadeOfAnyRangesAreOnesThatTheKernelTakes() {
    Random random = new Random(42);
    for (int run = 0; run < 3_000; run++) {
      Specs.Facts facts = new Specs.Facts();
      facts.euid = random.nextInt(40);
      facts.egid = facts.euid;
      facts.subUids = randomRanges(random);
      facts.subGids = facts.subUids;
      if (random.nextBoolean()) {
        facts.uids = randomRanges(random);
      }
      boolean keep = random.nextBoolean();
      Spec spec = spec(keep ? UserNamespace.Mode.KEEP_ID : UserNamespace.Mode.AUTO);
      List<IdMapping> map = Planner.plan(spec, facts.facts()).idMap(true);

      SpecProblems problems = new SpecProblems();
      IdMaps.validate(map, SpecField.UID_MAP, problems);
      assertThat(problems.list()).as("%s", map).isEmpty();
      assertThat(IdMaps.toOutside(map, keep ? facts.euid : 0)).isEqualTo(facts.euid);
      for (IdMapping m : map) {
        boolean own = m.count() == 1 && m.outside() == facts.euid;
        assertThat(own || IdMappings.contain(facts.subUids, m.outside(), m.count())).isTrue();
        assertThat(own || IdMappings.contain(facts.uids, m.outside(), m.count())).isTrue();
      }
    }
  }

  private static List<IdRange> randomRanges(Random random) {
    List<IdRange> ranges = new ArrayList<>();
    for (int i = random.nextInt(5); i >= 0; i--) {
      ranges.add(new IdRange(random.nextInt(100), 1 + random.nextInt(30)));
    }
    return ranges;
  }
}
