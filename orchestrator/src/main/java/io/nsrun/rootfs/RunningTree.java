package io.nsrun.rootfs;

import io.nsrun.plan.TreePlan;
import io.nsrun.plan.facts.RootIds;
import io.nsrun.plan.steps.InitStep;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.Step;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The way to the files of a container that runs.
 *
 * @param joined its namespaces of users and mounts
 * @param root whom its files obey
 */
public record RunningTree(List<Step.Joined> joined, RootIds root) implements TreeAccess {
  public RunningTree {
    joined = List.copyOf(joined);
  }

  @Override
  public LaunchPlan plan(InitStep work) throws IOException {
    return TreePlan.inContainer(NsinitTrees.facts(Path.of("/")), joined, root, work);
  }
}
