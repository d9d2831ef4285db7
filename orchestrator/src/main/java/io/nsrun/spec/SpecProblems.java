package io.nsrun.spec;

import java.util.ArrayList;
import java.util.List;

/** Collects every problem of an input, so that all of them can be told at once. Not thread-safe. */
public final class SpecProblems {
  /**
   * One thing wrong with an input.
   *
   * @param field the part of the {@link Spec} it is about; null if only the caller's input has it
   * @param where the place it is about
   * @param what what is wrong, with the offending value
   * @param remedy what to do about it; may be empty
   */
  public record Problem(SpecField field, Text where, Text what, Text remedy) {
    /** The problem on one line, for whoever speaks {@code dialect}. */
    public String in(Dialect dialect) {
      String line = where.in(dialect) + ": " + what.in(dialect);
      return remedy.isEmpty() ? line : line + " (" + remedy.in(dialect) + ")";
    }

    /** The problem on one line, in plain words. */
    @Override
    public String toString() {
      return in(Dialect.WORDS);
    }
  }

  private final List<Problem> problems = new ArrayList<>();
  private SpecField copy;
  private SpecField original;

  /** Adds a problem about a part of the {@link Spec}. */
  public void add(SpecField field, String what, String remedy) {
    add(field, Text.of(what), Text.of(remedy));
  }

  /** Adds a problem about a part of the {@link Spec}. */
  public void add(SpecField field, String what, Text remedy) {
    add(field, Text.of(what), remedy);
  }

  /** Adds a problem about a part of the {@link Spec}. */
  public void add(SpecField field, Text what, Text remedy) {
    SpecField told = written(field);
    add(new Problem(told, Text.of(told), what, remedy));
  }

  private SpecField written(SpecField field) {
    return field == copy ? original : field;
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
    SpecField told = written(field);
    for (int i = 0; i < problems.size(); i++) {
      if (problems.get(i).field() == told) {
        return true;
      }
    }
    return false;
  }

  /** Adds a problem about a place that only the caller's input has. */
  public void add(String where, String what, String remedy) {
    add(where, what, Text.of(remedy));
  }

  /** Adds a problem about a place that only the caller's input has. */
  public void add(String where, String what, Text remedy) {
    add(new Problem(null, Text.of(where), Text.of(what), remedy));
  }

  private void add(Problem problem) {
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
