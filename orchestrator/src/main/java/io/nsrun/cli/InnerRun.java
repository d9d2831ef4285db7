package io.nsrun.cli;

import io.nsrun.control.Event;
import io.nsrun.control.PlanEncoder;
import io.nsrun.engine.OwnIds;
import io.nsrun.launch.Laps;
import io.nsrun.launch.Nsinit;
import io.nsrun.launch.Outcome;
import io.nsrun.launch.Supervisor;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.spec.Mount;
import io.nsrun.spec.OsEnvironment;
import io.nsrun.state.StatePaths;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A container that nsrun starts for itself, as {@code run} would, and that has ended. Neither the
 * caller's terminal nor its input are its to use.
 *
 * @param plan what nsinit was told
 * @param outcome what became of it
 */
record InnerRun(LaunchPlan plan, Outcome outcome) {
  /**
   * Blocks until the container has ended.
   *
   * @param words what would follow {@code run}: options, ROOTFS and command
   * @param mounts beyond those of the options
   */
  static InnerRun of(StatePaths paths, List<String> words, List<Mount> mounts)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("--tty=false", "--interactive=false"));
    all.addAll(words);
    String[] args = all.toArray(new String[0]);
    OptionValues values = OptionParser.parse(args);
    if (values == null) {
      values = CommandModel.parse("run", args);
    }
    try (OwnIds ids = OwnIds.held(paths)) {
      RunPlan run =
          new RunPlan(paths, InnerRun::noLookUp, ids, new Laps(System.nanoTime()), mounts);
      run.make(values, OsEnvironment.variables());
      byte[] frames = PlanEncoder.encode(run.plan());
      try (Nsinit nsinit = Nsinit.start(paths)) {
        Supervisor supervisor = new Supervisor(nsinit, nsinit.connect(), new Silent());
        return new InnerRun(run.plan(), supervisor.run(frames).outcome());
      }
    }
  }

  private static Nsinit noLookUp() throws IOException {
    throw new IOException("root needs no look-up of users");
  }

  /** Only the outcome counts. */
  private static final class Silent implements Supervisor.Listener {
    @Override
    public void log(Event.Log message) {
      // Of no interest.
    }

    @Override
    public void started(long pid) {
      // Of no interest.
    }
  }
}
