package io.nsrun.doctor;

import io.nsrun.spec.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks for everything that nsrun needs from a machine. */
public final class Doctor {
  private static final Trial.Trouble SAME = new Trial.Trouble("fails as run does", Text.EMPTY);

  private final Machine machine;

  public Doctor(Machine machine) {
    this.machine = machine;
  }

  /** All probes, in the order of the table: from the Java underneath to the file systems. */
  static List<Probe> probes() {
    List<Probe> probes = new ArrayList<>();
    probes.addAll(JavaProbes.all());
    probes.addAll(KernelProbes.all());
    probes.addAll(NamespaceProbes.all());
    probes.addAll(IdProbes.all());
    probes.addAll(FileProbes.all());
    probes.addAll(SecurityProbes.all());
    return List.copyOf(probes);
  }

  /** Asks every probe. Reads a few dozen files; blocks for milliseconds. */
  public Report examine() {
    List<Finding> findings = new ArrayList<>();
    for (Probe probe : probes()) {
      findings.add(probe.examine(machine));
    }
    return new Report(findings);
  }

  /**
   * As {@link #examine()}, and starts containers too: what works after all is no failure, whatever
   * the files say. Blocks for as long as a few containers take.
   */
  public Report examine(TrialRunner runner) throws InterruptedException {
    Optional<Trial.Trouble> first = runner.run(Trial.DEFAULT);
    boolean works = first.isEmpty();
    List<Finding> tried = new ArrayList<>();
    tried.add(Trial.DEFAULT.finding(first));
    for (Trial trial : List.of(Trial.EPHEMERAL, Trial.ONE_ID)) {
      Optional<Trial.Trouble> trouble = runner.run(trial);
      tried.add(trial.finding(!works && trouble.equals(first) ? Optional.of(SAME) : trouble));
    }
    List<Finding> findings = new ArrayList<>();
    for (Finding finding : examine().findings()) {
      boolean mild = works && finding.result() == Result.FAIL;
      findings.add(mild ? finding.asWarning("; a container ran nevertheless") : finding);
    }
    findings.addAll(tried);
    return new Report(findings);
  }
}
