package com.example.judge;

import io.nsrun.api.DataSize;
import java.time.Duration;
import java.util.List;

/**
 * What a program is to do, and what it may use for each test.
 *
 * @param cpuTime of all its processes and threads together
 * @param memory of all its processes together
 * @param output of its two streams together
 */
public record Problem(List<Case> cases, Duration cpuTime, DataSize memory, DataSize output) {
  /** What it reads, and what it has to write then, but for white space. */
  public record Case(String input, String output) {}

  public Problem {
    cases = List.copyOf(cases);
  }
}
