package io.nsrun.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.plan.facts.HostFacts;
import io.nsrun.plan.facts.PathKind;
import io.nsrun.plan.steps.FileStep;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.Step;
import io.nsrun.spec.IdMapping;
import io.nsrun.spec.IdRange;
import io.nsrun.spec.Mount;
import io.nsrun.spec.MountOptions;
import io.nsrun.spec.Root;
import io.nsrun.spec.RootSource;
import io.nsrun.spec.Spec;
import io.nsrun.spec.UserNamespace;
import io.nsrun.spec.Writes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whose the files of a container are: the translation of owners, and where writes are kept. */
class MountOwnersTest {
  private static final HostFacts FACTS = Specs.unprivileged();

  private static LaunchPlan asRoot(Spec.Builder builder, Mount... mounts) {
    Specs.Facts facts = new Specs.Facts().root();
    for (Mount mount : mounts) {
      builder.mount(mount);
      facts.paths.put(((Mount.Bind) mount).source(), PathKind.DIRECTORY);
    }
    return Planner.plan(builder.build(), facts.facts());
  }

  private static Mount idmap(String target, Mount.Idmap idmap) {
    return new Mount.Bind(
        "/from" + target, target, true, Mount.Propagation.PRIVATE, idmap, MountOptions.DEFAULT);
  }

  /** Paths of the trees whose owners are translated. */
  private static List<String> idmapped(LaunchPlan plan) {
    List<String> paths = new ArrayList<>();
    int gidMap = Plans.indexOf(plan, Plans.only(plan, HostStep.GidMap.class));
    for (HostStep.IdmapMount step : Plans.all(plan, HostStep.IdmapMount.class)) {
      assertThat(Plans.indexOf(plan, step)).isGreaterThan(gidMap);
      paths.add(Plans.tree(plan, step.detached()).path());
    }
    return paths;
  }

  @Test
  void ownersOfRootAndVolumesAreTranslatedForAPrivateRangeButNotThoseOfDevices() {
    LaunchPlan plan =
        asRoot(
            Specs.builder("sh"),
            idmap("/auto", Mount.Idmap.AUTO),
            idmap("/on", Mount.Idmap.ON),
            idmap("/off", Mount.Idmap.OFF));

    assertThat(idmapped(plan)).containsExactly(Specs.ROOT, "/from/auto", "/from/on");
  }

  @Test
  void ownersUnderAnEphemeralRootAreTranslatedInItsLowerLayer() {
    Root root = new Root(new RootSource.Directory(Specs.ROOT), Writes.MEMORY);
    LaunchPlan plan = asRoot(Specs.builder("sh").root(root));

    assertThat(Plans.only(plan, HostStep.IdmapMount.class).detached())
        .isEqualTo(Plans.only(plan, FileStep.Overlay.class).lower());
  }

  @Test
  void ownersOfTheHostsRootStayAsTheyAre() {
    LaunchPlan plan =
        asRoot(Specs.builder("sh").root(Root.ofHost()), idmap("/data", Mount.Idmap.AUTO));

    assertThat(idmapped(plan)).containsExactly("/from/data");
  }

  @Test
  void withOtherMapsOfRootOnlyVolumesThatAskForItAreTranslated() {
    List<IdMapping> map = List.of(new IdMapping(0, 700000, 10));
    for (UserNamespace user :
        List.of(
            UserNamespace.explicit(map, map),
            UserNamespace.of(UserNamespace.Mode.IDENTITY),
            UserNamespace.of(UserNamespace.Mode.KEEP_ID))) {
      LaunchPlan plan =
          asRoot(
              Specs.builder("sh").user(user),
              idmap("/auto", Mount.Idmap.AUTO),
              idmap("/on", Mount.Idmap.ON));

      assertThat(idmapped(plan)).as(user.mode().name()).containsExactly("/from/on");
    }
  }

  @Test
  void idmapIsForRootAndForAUserNamespaceOfTheContainersOwn() {
    assertThatThrownBy(() -> Plans.with(idmap("/on", Mount.Idmap.ON)))
        .hasMessage(
            "volume: /on can't be id-mapped: that needs root with CAP_SYS_ADMIN (leave idmap"
                + " out)");
    UserNamespace host = UserNamespace.of(UserNamespace.Mode.HOST);
    assertThatThrownBy(() -> asRoot(Specs.builder("sh").user(host), idmap("/on", Mount.Idmap.ON)))
        .hasMessageContaining("/on can't be id-mapped: the container has no user namespace");
  }

  @Test
  void rootOfANestedNamespaceLeavesTreesToInitUnlessItsContainerHasOtherIds() {
    Specs.Facts facts = new Specs.Facts().root();
    facts.leasedIds = null;
    facts.uids = List.of(new IdRange(0, 65536));
    List<IdMapping> map = List.of(new IdMapping(0, 1000, 10));
    Spec other = Specs.builder("sh").user(UserNamespace.explicit(map, map)).build();

    assertThat(Plans.has(Planner.plan(Specs.busyboxTrue(), facts.facts()), HostStep.HostTree.class))
        .isFalse();
    assertThat(Plans.has(Planner.plan(other, facts.facts()), FileStep.Bind.class)).isFalse();
  }

  private static Spec keepingWrites(Root root) {
    return Specs.builder("sh").root(root).build();
  }

  private static Root overlaid(String directory) {
    return new Root(new RootSource.Directory(Specs.ROOT), new Writes.KeptDirectory(directory));
  }

  @Test
  void writesThatAreKeptGoToADirectoryWhoseOwnersAreTranslatedAsTheRootsAre() {
    LaunchPlan plan = Planner.plan(keepingWrites(overlaid("/keep")), Specs.root());
    FileStep.Overlay overlay = Plans.only(plan, FileStep.Overlay.class);

    assertThat(Plans.tree(plan, overlay.lower()).path()).isEqualTo(Specs.ROOT);
    assertThat(Plans.tree(plan, overlay.writes()).path()).isEqualTo("/keep");
    assertThat(Plans.tree(plan, overlay.writes()).recursive()).isFalse();
    assertThat(Plans.tree(plan, overlay.writes()).expect()).isEqualTo(Step.Expect.DIRECTORY);
    assertThat(Plans.only(plan, FileStep.PivotRoot.class).detached()).isEqualTo(overlay.detached());
    assertThat(idmapped(plan)).containsExactly(Specs.ROOT, "/keep");

    LaunchPlan ofUser = Planner.plan(keepingWrites(overlaid("/keep")), FACTS);
    assertThat(Plans.has(ofUser, HostStep.IdmapMount.class)).isFalse();
    assertThat(Plans.has(ofUser, FileStep.Bind.class)).isTrue();
  }

  @Test
  void whatIsNoDirectoryKeepsNoWrites() {
    assertThatThrownBy(
            () ->
                Planner.plan(
                    keepingWrites(overlaid("/keep")),
                    Specs.unprivilegedWith("/keep", PathKind.FILE)))
        .hasMessageContaining("overlay directory: /keep is a file");
  }
}
