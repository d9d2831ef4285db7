package io.nsrun.cli;

import io.nsrun.control.ControlChannel;
import io.nsrun.engine.SeccompFilters;
import io.nsrun.launch.ContainerFiles;
import io.nsrun.launch.Laps;
import io.nsrun.launch.Nsinit;
import io.nsrun.launch.UserDatabase;
import io.nsrun.log.LogLevel;
import io.nsrun.plan.Planner;
import io.nsrun.plan.facts.HostFacts;
import io.nsrun.plan.facts.HostFactsReader;
import io.nsrun.plan.facts.PrivateIds;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.rootfs.RootfsResolver;
import io.nsrun.rootfs.TarRootfs;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.Mount;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import io.nsrun.state.StatePaths;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The way from options to a plan, which {@code run} and {@code explain} share. */
final class RunPlan {
  /** Gives the nsinit that the plan will go to, started if it was not yet. */
  interface NsinitSource {
    Nsinit get() throws IOException;
  }

  private final StatePaths paths;
  private final NsinitSource nsinits;
  private final PrivateIds privateIds;
  private final Laps laps;
  private final List<Mount> mounts;

  private SpecOptions options;
  private Spec spec;
  private LaunchPlan plan;
  private ControlChannel channel;

  /**
   * @param nsinits asked for an nsinit if the users of the root filesystem have to be looked up
   * @param privateIds asked if the container is to have ids of its own
   * @param laps where the time of making the plan is noted
   */
  RunPlan(StatePaths paths, NsinitSource nsinits, PrivateIds privateIds, Laps laps) {
    this(paths, nsinits, privateIds, laps, List.of());
  }

  /** As the other one, with mounts beyond those of the options. */
  RunPlan(
      StatePaths paths,
      NsinitSource nsinits,
      PrivateIds privateIds,
      Laps laps,
      List<Mount> mounts) {
    this.paths = paths;
    this.nsinits = nsinits;
    this.privateIds = privateIds;
    this.laps = laps;
    this.mounts = mounts;
  }

  /**
   * Makes the plan. Blocks while an archive is unpacked.
   *
   * @throws io.nsrun.spec.SpecProblemsException with everything that is wrong with the options
   */
  void make(OptionValues values, Map<String, String> environment)
      throws IOException, InterruptedException {
    SpecProblems problems = new SpecProblems();
    options = new SpecOptions(values, environment, OsPath.workingDirectory(), problems);
    options.add(mounts);
    laps.end("options");
    String word = options.rootfs();
    String directory = "/";
    RootfsResolver.Kind kind = RootfsResolver.Kind.DIRECTORY;
    boolean known = word == null;
    // An archive is not unpacked for a run that will not be.
    if (word != null && (problems.isEmpty() || !TarRootfs.isArchiveName(word))) {
      try {
        RootfsResolver.Resolved resolved = new RootfsResolver(paths).resolve(word);
        directory = OsPath.text(resolved.directory());
        kind = resolved.kind();
        known = true;
      } catch (ExplainedException e) {
        problems.add(SpecField.ROOT, e.text(), e.remedy());
      }
    }
    laps.end("root filesystem");
    UserDatabase users = known && options.needsUsers() ? users(directory) : null;
    spec = options.build(directory, known ? kind : null, users);
    laps.end("specification");
    HostFacts facts = HostFactsReader.read(spec, privateIds);
    laps.end("host facts");
    List<String> warnings = new ArrayList<>();
    facts = SeccompFilters.add(spec, facts, problems, warnings);
    if (!warnings.isEmpty() && LogLevel.current().covers(LogLevel.WARN)) {
      for (String warning : warnings) {
        RunLog.warn(warning);
      }
    }
    laps.end("seccomp filter");
    plan = Planner.plan(spec, facts, problems);
    laps.end("plan");
  }

  private UserDatabase users(String directory) throws IOException, InterruptedException {
    channel = nsinits.get().connect();
    return new ContainerFiles(channel, directory).users();
  }

  /** The options, once {@link #make} got that far; else null. */
  SpecOptions options() {
    return options;
  }

  Spec spec() {
    return spec;
  }

  LaunchPlan plan() {
    return plan;
  }

  /** The connection, if users had to be looked up; else null. */
  ControlChannel channel() {
    return channel;
  }
}
