package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * How a container ended, whichever door it went through.
 *
 * @param code the command's own; 128 and the number of a signal; 125 to 127 where it did not run
 * @param out what the command wrote to standard output
 * @param err what the command wrote to standard error
 * @param told what nsrun itself said, a line each, remedies too: without the container's name, and
 *     without how long it ran
 */
record Outcome(int code, String out, String err, ArrayList<String> told) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** This, if it ended with 0, and nobody wrote an error; for tests whose point comes after. */
  Outcome orFail() {
    if (code != 0 || !err.isEmpty() || !told.isEmpty()) {
      throw new AssertionError("ended with " + code + ": " + told + err + out);
    }
    return this;
  }

  /** The same with another standard output. */
  Outcome with(String otherOut) {
    return new Outcome(code, otherOut, err, told);
  }

  /** Fails unless the command did not run, for a reason that is told in just these lines. */
  void assertRefused(int expected, String... lines) {
    assertThat(told).as("told").containsExactly(lines);
    assertThat(code).as("exit code").isEqualTo(expected);
    assertThat(out + err).as("output").isEmpty();
  }

  /** All that was told. */
  String message() {
    return String.join("\n", told);
  }

  /** Lines of standard output. */
  List<String> lines() {
    return out.lines().toList();
  }

  /** Lines of standard error. */
  List<String> errors() {
    return err.lines().toList();
  }

  /** Standard output without the last line end. */
  String text() {
    return out.stripTrailing();
  }
}
