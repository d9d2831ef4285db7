package io.nsrun.cli;

import io.nsrun.engine.ExitCode;
import io.nsrun.log.LogLevel;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.IoMessages;
import io.nsrun.spec.Printable;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.SpecProblemsException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.util.List;

/**
 * Tells failures to a person: one line that names step, object and cause, one with the remedy where
 * it is known.
 */
final class ErrorPrinter {
  private static final String MORE_FILES = "raise the limit with ulimit -n";

  private final PrintStream out;

  ErrorPrinter(PrintStream out) {
    this.out = out;
  }

  /** One line, after {@code nsrun: }. */
  void line(String message) {
    print("nsrun: " + Printable.of(message) + "\n");
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
    boolean moreFiles = lacksDescriptors(thrown);
    if (thrown instanceof SpecProblemsException problems) {
      problems(problems.problems());
    } else if (thrown instanceof ExplainedException explained) {
      line(explained.text().in(OptionDialect.OPTIONS));
      remedy(moreFiles ? MORE_FILES : explained.remedy().in(OptionDialect.OPTIONS));
    } else if (thrown instanceof IOException io) {
      line(withPath(io));
      remedy(moreFiles ? MORE_FILES : "");
    } else if (moreFiles) {
      line("too many files are open");
      remedy(MORE_FILES);
    } else if (thrown instanceof InvalidPathException path) {
      line("\"" + path.getInput() + "\" is no path: " + path.getReason());
    } else if (thrown instanceof OutOfMemoryError) {
      line("out of memory");
      remedy("give the JVM more with -Xmx");
    } else {
      line("internal error: " + thrown);
      remedy("please report it, with what --log-level debug prints");
    }
    if (LogLevel.current().covers(LogLevel.DEBUG)) {
      thrown.printStackTrace(out);
    }
    return ExitCode.NOT_STARTED;
  }

  /** Whether it is EMFILE in the end: it may hit any class of the JDK that sets itself up. */
  private static boolean lacksDescriptors(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      String message = t.getMessage();
      if (message != null
          && message.contains("Too many open files")
          && !message.contains("Too many open files in system")) {
        return true;
      }
    }
    return false;
  }

  /**
   * Java's exceptions about files carry the path as their message, and the reason as their class.
   */
  private static String withPath(IOException e) {
    String reason = IoMessages.reason(e);
    String message = e.getMessage();
    if (e instanceof FileSystemException failure && failure.getFile() != null) {
      // Its message may have the reason too.
      return failure.getFile() + ": " + reason;
    }
    return message == null || message.isEmpty() || message.equals(reason)
        ? reason
        : message + ": " + reason;
  }
}
