package io.nsrun.spec;

import java.util.ArrayList;
import java.util.List;

/** Collects every problem of an input, so that all of them can be told at once. Not thread-safe. */
public final class SpecProblems {
  /** How the input was written, which decides how a problem names its place. */
  public enum Dialect {
    OPTIONS,
    JSON
  }

  /**
   * One thing wrong with an input.
   *
   * @param where the option or JSON path it is about
   * @param what what is wrong, with the offending value
   * @param remedy what to do about it; may be empty
   */
  public record Problem(String where, String what, String remedy) {
    /** The problem on one line. */
    @Override
    public String toString() {
      return where + ": " + what + (remedy.isEmpty() ? "" : " (" + remedy + ")");
    }
  }

  private final Dialect dialect;
  private final List<Problem> problems = new ArrayList<>();
  private SpecField copy;
  private SpecField original;

  /** An empty collection for an input made of command-line options. */
  public SpecProblems() {
    this(Dialect.OPTIONS);
  }

  public SpecProblems(Dialect dialect) {
    this.dialect = dialect;
  }

  /** Adds a problem about a part of the {@link Spec}. */
  public void add(SpecField field, String what, String remedy) {
    add(where(field), what, remedy);
  }

  private String where(SpecField field) {
    SpecField told = field == copy ? original : field;
    return dialect == Dialect.JSON ? told.jsonPath() : told.option();
  }

  /**
   * Has problems of one part told as those of another one, each once: the caller wrote only the
   * latter.
   */
  public void tellOnce(SpecField copyOf, SpecField written) {
    copy = copyOf;
    original = written;
  }

  /** Whether a problem about this part of the {@link Spec} was collected. */
  public boolean has(SpecField field) {
    String where = where(field);
    for (int i = 0; i < problems.size(); i++) {
      if (problems.get(i).where().equals(where)) {
        return true;
      }
    }
    return false;
  }

  /** Adds a problem about a place that only the caller's input has. */
  public void add(String where, String what, String remedy) {
    Problem problem = new Problem(where, what, remedy);
    if (copy == null || !problems.contains(problem)) {
      problems.add(problem);
    }
  }

  public boolean isEmpty() {
    return problems.isEmpty();
  }

  /** How many were collected so far. */
  public int count() {
    return problems.size();
  }

  /** What was collected so far, in the order of discovery. */
  public List<Problem> list() {
    return List.copyOf(problems);
  }

  /**
   * Returns if there is no problem.
   *
   * @throws SpecProblemsException with all of them if there are any
   */
  public void throwIfAny() {
    if (!problems.isEmpty()) {
      throw new SpecProblemsException(problems);
    }
  }
}
