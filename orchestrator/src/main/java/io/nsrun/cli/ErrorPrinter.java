package io.nsrun.cli;

import io.nsrun.engine.ExitCode;
import io.nsrun.log.LogLevel;
import io.nsrun.spec.Explanation;
import io.nsrun.spec.Printable;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.SpecProblemsException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Tells failures to a person: one line that names step, object and cause, one with the remedy where
 * it is known.
 */
final class ErrorPrinter {
  private final PrintStream out;

  ErrorPrinter(PrintStream out) {
    this.out = out;
  }

  /** One line, after {@code nsrun: }. */
  void line(String message) {
    print("nsrun: " + Printable.of(message) + "\n");
  }

  /** As {@link #line}, with the answer to be typed behind it. */
  void question(String text) {
    print("nsrun: " + Printable.of(text));
  }

  /** The indented second line; nothing if it is empty. */
  void remedy(String text) {
    if (!text.isEmpty()) {
      print("  " + Printable.of(text) + "\n");
    }
  }

  /** In UTF-8: a JVM without a locale would print a question mark for every letter beyond ASCII. */
  private void print(String line) {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    out.write(bytes, 0, bytes.length);
    out.flush();
  }

  /** Every problem of an input, one on each line. */
  void problems(List<SpecProblems.Problem> problems) {
    for (int i = 0; i < problems.size(); i++) {
      line(problems.get(i).in(OptionDialect.OPTIONS));
    }
  }

  /**
   * Whatever was thrown; the stack trace only at log level debug.
   *
   * @return the exit code for it
   */
  int failure(Throwable thrown) {
    if (thrown instanceof SpecProblemsException problems) {
      problems(problems.problems());
    } else {
      Explanation told = Explanation.of(thrown);
      line(told.what().in(OptionDialect.OPTIONS));
      remedy(
          told.expected()
              ? told.remedy().in(OptionDialect.OPTIONS)
              : "please report it, with what --log-level debug prints");
    }
    if (LogLevel.current().covers(LogLevel.DEBUG)) {
      thrown.printStackTrace(out);
    }
    return ExitCode.NOT_STARTED;
  }
}
