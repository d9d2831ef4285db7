package io.nsrun.doctor;

import java.util.List;
import java.util.Optional;

/**
 * Answers of all probes.
 *
 * @param findings in the order of the table
 */
public record Report(List<Finding> findings) {
  public Report {
    findings = List.copyOf(findings);
  }

  /** Whether the default {@code run} can work here: no probe failed. */
  public boolean runWorks() {
    return findings.stream().noneMatch(finding -> finding.result() == Result.FAIL);
  }

  /** The answer of one probe; absent if there is no such probe. */
  public Optional<Finding> find(String id) {
    return findings.stream().filter(finding -> finding.id().equals(id)).findFirst();
  }
}
