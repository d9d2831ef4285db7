package io.nsrun.engine;

import io.nsrun.launch.UserDatabase;
import io.nsrun.plan.Planner;
import io.nsrun.plan.Specs;
import io.nsrun.plan.facts.HostFacts;
import io.nsrun.plan.facts.HostFactsReader;
import io.nsrun.plan.facts.Resolved;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecProblems;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The way from a spec to a plan without any nsinit, for tests. */
public final class Lookups {
  /** Where one is to be made up. */
  static final String HOSTNAME = "madeup";

  private Lookups() {}

  /** What is found, in a root file system with these users. */
  static Resolved find(
      Spec spec, String root, Caller caller, UserDatabase users, SpecProblems problems)
      throws IOException {
    return new Resolution(spec, caller, problems)
        .of(root, "", Resolution.needsUsers(spec) ? users : null, "", List.of(), HOSTNAME);
  }

  /** The plan for the host's own root, with these users. */
  public static LaunchPlan plan(Spec spec, Caller caller, UserDatabase users, SpecProblems problems)
      throws IOException {
    Resolved resolved = find(spec, "/", caller, users, problems);
    HostFacts facts = HostFactsReader.read(resolved, () -> Specs.LEASE);
    return Planner.plan(
        resolved, SeccompFilters.add(spec, facts, problems, new ArrayList<>()), problems);
  }
}
