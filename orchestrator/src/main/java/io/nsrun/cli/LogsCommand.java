package io.nsrun.cli;

import io.nsrun.engine.ContainerLog;
import io.nsrun.engine.DetachedContainer;
import io.nsrun.engine.DetachedContainers;
import io.nsrun.engine.ExitCode;
import io.nsrun.engine.LogLines;
import io.nsrun.engine.LogQuery;
import io.nsrun.spec.Decimal;
import io.nsrun.spec.ExplainedException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;

/** {@code logs}: what a container that lives on has written. */
final class LogsCommand {
  /** Lines between two looks whether there is anybody left to read them. */
  private static final int LOOK_EACH = 100;

  private final PrintStream out;
  private final PrintStream err;
  private final boolean timestamps;

  /** Which of the two is in the middle of a line. */
  private final boolean[] begun = new boolean[2];

  private LogsCommand(boolean timestamps, Invocation call) {
    out = call.out();
    err = call.err();
    this.timestamps = timestamps;
  }

  static int execute(GivenArguments given, Invocation call)
      throws IOException, InterruptedException {
    LogQuery query = query(given);
    DetachedContainers all = DetachedContainers.of(call.caller());
    DetachedContainer container = all.find(given.words().get(0));
    try (LogLines lines = all.log(container, query)) {
      new LogsCommand(given.has("--timestamps"), call).print(lines);
    }
    return ExitCode.OK;
  }

  private static LogQuery query(GivenArguments given) throws ExplainedException {
    String count = given.value("--tail", "all");
    long tail = count.equals("all") ? Long.MAX_VALUE : Decimal.parse(count, Integer.MAX_VALUE);
    if (tail < 0) {
      throw new ExplainedException(
          "--tail: \"" + count + "\" is no number (a number of lines or all is expected)", "");
    }
    return new LogQuery(
        time(given, "--since"), time(given, "--until"), tail, given.has("--follow"));
  }

  private static Instant time(GivenArguments given, String option) throws ExplainedException {
    String text = given.value(option, null);
    if (text == null) {
      return null;
    }
    try {
      return Instant.now().minus(Durations.parse(text));
    } catch (IllegalArgumentException e) {
      // A time then.
    }
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw new ExplainedException(
          option
              + ": \""
              + text
              + "\" is neither how long ago, such as 10m, nor a time, such as 2026-01-31T12:00:00Z",
          "");
    }
  }

  private void print(LogLines lines) throws IOException, InterruptedException {
    int count = 0;
    do {
      for (ContainerLog.Line line = lines.next(); line != null; line = lines.next()) {
        put(line);
        // It may come faster than it is read.
        count++;
        if (count % LOOK_EACH == 0 && isUnread()) {
          return;
        }
      }
    } while (!isUnread() && lines.awaitMore());
  }

  /** Whether whoever reads it has gone. All of it is on its way then. */
  private boolean isUnread() {
    return out.checkError() || err.checkError();
  }

  private void put(ContainerLog.Line line) throws IOException {
    PrintStream to = line.error() ? err : out;
    int stream = line.error() ? 1 : 0;
    if (timestamps && !begun[stream]) {
      to.write((line.time() + " ").getBytes(StandardCharsets.US_ASCII));
    }
    to.write(line.text().toByteArray());
    if (line.ended()) {
      to.write('\n');
    }
    begun[stream] = !line.ended();
  }
}
