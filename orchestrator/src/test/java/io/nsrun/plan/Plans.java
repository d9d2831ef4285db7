package io.nsrun.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.plan.facts.PathKind;
import io.nsrun.plan.steps.FileStep;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.Step;
import io.nsrun.spec.Mount;
import io.nsrun.spec.Spec;
import java.util.List;

/** Looks into plans for tests. */
final class Plans {
  private Plans() {}

  /** An ordinary user's, with these mounts; what they bind is a directory. */
  static LaunchPlan with(Mount... mounts) {
    Spec.Builder builder = Specs.builder("sh");
    Specs.Facts facts = new Specs.Facts();
    for (Mount mount : mounts) {
      builder.mount(mount);
      if (mount instanceof Mount.Bind bind) {
        facts.paths.put(bind.source(), PathKind.DIRECTORY);
      }
    }
    return Planner.plan(builder.build(), facts.facts());
  }

  static <S extends Step> List<S> all(LaunchPlan plan, Class<S> kind) {
    return plan.steps().stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  static <S extends Step> S only(LaunchPlan plan, Class<S> kind) {
    List<S> steps = all(plan, kind);
    assertThat(steps).hasSize(1);
    return steps.get(0);
  }

  static boolean has(LaunchPlan plan, Class<? extends Step> kind) {
    return plan.steps().stream().anyMatch(kind::isInstance);
  }

  /** Where things are mounted, in order. */
  static List<String> targets(LaunchPlan plan) {
    return all(plan, FileStep.Mount.class).stream().map(FileStep.Mount::target).toList();
  }

  /** The flags with which something is mounted on a target. */
  static int flags(LaunchPlan plan, String target) {
    return mountOn(plan, target).flags();
  }

  static FileStep.Mount mountOn(LaunchPlan plan, String target) {
    List<FileStep.Mount> mounts =
        all(plan, FileStep.Mount.class).stream().filter(m -> m.target().equals(target)).toList();
    assertThat(mounts).hasSize(1);
    return mounts.get(0);
  }

  /** What is mounted on a target, made before the pivot. */
  static FileStep.Filesystem filesystemOn(LaunchPlan plan, String target) {
    int detached = mountOn(plan, target).detached();
    return all(plan, FileStep.Filesystem.class).stream()
        .filter(f -> f.detached() == detached)
        .findFirst()
        .orElseThrow();
  }

  /** The host's tree that is mounted on a target, whoever cloned it. */
  static Step.MountSource treeOn(LaunchPlan plan, String target) {
    return tree(plan, mountOn(plan, target).detached());
  }

  static Step.MountSource tree(LaunchPlan plan, int detached) {
    for (Step step : plan.steps()) {
      if (step instanceof FileStep.Bind bind && bind.source().detached() == detached) {
        return bind.source();
      }
      if (step instanceof HostStep.HostTree tree && tree.source().detached() == detached) {
        return tree.source();
      }
    }
    throw new AssertionError("no tree is detached mount " + detached);
  }

  static int indexOf(LaunchPlan plan, Step step) {
    int index = plan.steps().indexOf(step);
    assertThat(index).as("%s", step).isNotNegative();
    return index;
  }
}
