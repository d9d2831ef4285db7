package io.nsrun.rootfs;

import io.nsrun.plan.facts.RootIds;
import io.nsrun.plan.steps.InitStep;
import io.nsrun.plan.steps.LaunchPlan;
import java.io.IOException;

/** The way to the files of a container. */
public sealed interface TreeAccess permits RunningTree, StoppedTree {
  /** Whom its files obey. Blocks for small reads. */
  RootIds root() throws IOException;

  /** How an nsinit does that work, as the root of these files. Blocks for small reads. */
  LaunchPlan plan(InitStep work) throws IOException;
}
