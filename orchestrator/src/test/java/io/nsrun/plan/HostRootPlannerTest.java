package io.nsrun.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.plan.facts.OpenedDirectory;
import io.nsrun.plan.facts.PathKind;
import io.nsrun.plan.steps.FileStep;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.LinuxConstants;
import io.nsrun.plan.steps.Step;
import io.nsrun.spec.Root;
import io.nsrun.spec.RootSource;
import io.nsrun.spec.Spec;
import io.nsrun.spec.Writes;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostRootPlannerTest {
  private static final OpenedDirectory SLASH =
      new OpenedDirectory(
          "/",
          List.of(
              new OpenedDirectory.Entry("bin", PathKind.OTHER, "usr/bin", false),
              new OpenedDirectory.Entry("boot", PathKind.DIRECTORY, "", true),
              new OpenedDirectory.Entry("file", PathKind.FILE, "", false),
              new OpenedDirectory.Entry("usr", PathKind.DIRECTORY, "", false)));
  private static final OpenedDirectory OPT =
      new OpenedDirectory(
          "/opt", List.of(new OpenedDirectory.Entry("a", PathKind.DIRECTORY, "", false)));

  private static LaunchPlan plan(Root root, OpenedDirectory... opened) {
    Specs.Facts facts = new Specs.Facts();
    facts.opened = List.of(opened);
    Spec spec = Specs.builder("sh").root(root).build();
    return Planner.plan(spec, facts.facts());
  }

  private static List<String> closed(LaunchPlan plan) {
    return Plans.all(plan, FileStep.MountAttributes.class).stream()
        .filter(step -> (step.set() & LinuxConstants.MOUNT_ATTR_RDONLY) != 0)
        .map(FileStep.MountAttributes::path)
        .toList();
  }

  @Test
  void entriesOfTheHostAreMountedInANewDirectoryThatIsClosedInTheEnd() {
    LaunchPlan plan = plan(Root.ofHost(), SLASH, OPT);

    assertThat(Plans.targets(plan))
        .containsSubsequence("/boot", "/file", "/usr", "/opt", "/opt/a", "/tmp");
    assertThat(Plans.targets(plan)).doesNotContain("/bin");
    assertThat(Plans.all(plan, FileStep.Symlink.class))
        .contains(new FileStep.Symlink("usr/bin", "/bin"));
    for (String target : List.of("/boot", "/file", "/usr", "/opt/a")) {
      Step.MountSource tree = Plans.treeOn(plan, target);
      assertThat(tree.path()).isEqualTo(target);
      assertThat(tree.attrSet())
          .isEqualTo(
              LinuxConstants.MOUNT_ATTR_RDONLY
                  | LinuxConstants.MOUNT_ATTR_NOSUID
                  | LinuxConstants.MOUNT_ATTR_NODEV);
    }
    assertThat(Plans.has(plan, FileStep.Overlay.class)).isFalse();
    assertThat(closed(plan)).containsExactly("/", "/opt");
  }

  @Test
  void aLayerIsLaidOverWhatHasNoMountsBelow() {
    LaunchPlan plan = plan(new Root(RootSource.HOST, Writes.MEMORY), SLASH);

    FileStep.Overlay overlay = Plans.only(plan, FileStep.Overlay.class);
    assertThat(Plans.tree(plan, overlay.lower()).path()).isEqualTo("/usr");
    assertThat(Plans.mountOn(plan, "/usr").detached()).isEqualTo(overlay.detached());
    assertThat(closed(plan)).isEmpty();
  }

  @Test
  void withoutNeedTheHostsRootIsOneTree() {
    LaunchPlan plan = plan(Root.ofHost());

    assertThat(Plans.tree(plan, Plans.only(plan, FileStep.PivotRoot.class).detached()).path())
        .isEqualTo("/");
  }
}
