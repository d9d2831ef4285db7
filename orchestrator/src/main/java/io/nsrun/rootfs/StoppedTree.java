package io.nsrun.rootfs;

import io.nsrun.plan.TreePlan;
import io.nsrun.plan.facts.RootIds;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.InitStep;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.spec.UserNamespace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The way to the root file system of a container that does not run.
 *
 * @param ids how it got its ids: a user namespace that is not joined
 * @param directory absolute path of its root on the host
 * @param layer absolute path of what it has written above it; empty if there is none
 * @param locks what whoever works on it has locked until it has ended, so that nobody starts the
 *     container meanwhile
 */
public record StoppedTree(
    UserNamespace ids, String directory, String layer, List<HostStep.Lock> locks)
    implements TreeAccess {
  public StoppedTree {
    locks = List.copyOf(locks);
  }

  @Override
  public RootIds root() throws IOException {
    return TreePlan.rootOfStopped(NsinitTrees.facts(Path.of("/")), ids);
  }

  @Override
  public LaunchPlan plan(InitStep work) throws IOException {
    return TreePlan.ofStopped(NsinitTrees.facts(Path.of("/")), ids, directory, layer, locks, work);
  }
}
