package io.nsrun.spec;

import java.util.List;

/**
 * An input that can't be carried out, with everything that is wrong with it. The message has it in
 * plain words; a door tells each problem in its own.
 */
public final class SpecProblemsException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final transient List<SpecProblems.Problem> problems;

  public SpecProblemsException(List<SpecProblems.Problem> problems) {
    super(message(problems));
    this.problems = List.copyOf(problems);
  }

  /** At least one problem, in the order of discovery. */
  public List<SpecProblems.Problem> problems() {
    return problems;
  }

  private static String message(List<SpecProblems.Problem> problems) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < problems.size(); i++) {
      lines.append(i == 0 ? "" : "\n").append(problems.get(i));
    }
    return lines.toString();
  }
}
