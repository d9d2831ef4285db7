package io.nsrun.doctor;

import java.util.ArrayList;
import java.util.List;

/** Looks for everything that nsrun needs from a machine. */
public final class Doctor {
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
}
