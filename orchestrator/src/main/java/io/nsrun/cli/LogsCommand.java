package io.nsrun.cli;

import io.nsrun.engine.Caller;
import io.nsrun.engine.ContainerLog;
import io.nsrun.engine.DetachedContainer;
import io.nsrun.engine.DetachedContainers;
import io.nsrun.engine.ExitCode;
import io.nsrun.spec.Decimal;
import io.nsrun.spec.ExplainedException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayDeque;
import java.util.Deque;
import picocli.CommandLine.ParseResult;

/** {@code logs}: what a container that lives on has written. */
final class LogsCommand implements ContainerLog.Reader {
  private final String since;
  private final String until;
  private final boolean timestamps;
  private final long tail;

  private final PrintStream out = System.out;
  private final PrintStream err = System.err;
  private Deque<ContainerLog.Line> last;

  /** Which of the two is in the middle of a line. */
  private final boolean[] begun = new boolean[2];

  private LogsCommand(ParseResult given) throws ExplainedException {
    since = time(given, "--since");
    until = time(given, "--until");
    timestamps = given.hasMatchedOption("--timestamps");
    String count = given.matchedOptionValue("--tail", "all");
    tail = count.equals("all") ? Long.MAX_VALUE : Decimal.parse(count, Integer.MAX_VALUE);
    if (tail < 0) {
      throw new ExplainedException(
          "--tail: \"" + count + "\" is no number (a number of lines or all is expected)", "");
    }
  }

  static int execute(ParseResult given, ErrorPrinter errors)
      throws IOException, InterruptedException {
    LogsCommand command = new LogsCommand(given);
    String name = ContainerCommands.names(given).get(0);
    DetachedContainers all = DetachedContainers.of(Caller.ofThisProcess());
    DetachedContainer container;
    try {
      container = all.find(name);
    } catch (IOException e) {
      return ContainerCommands.tell(e, name, errors);
    }
    ContainerLog log = all.log(container);
    if (!log.isKept()) {
      throw new ExplainedException(
          "container " + container.name() + " keeps no log", "it was started without one");
    }
    try {
      command.print(log, given.hasMatchedOption("--follow"));
    } finally {
      log.close();
    }
    return ExitCode.OK;
  }

  private static String time(ParseResult given, String option) throws ExplainedException {
    String text = given.matchedOptionValue(option, null);
    if (text == null) {
      return null;
    }
    try {
      return stamp(Instant.now().minus(Durations.parse(text)));
    } catch (IllegalArgumentException e) {
      // A time then.
    }
    try {
      return stamp(OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeException e) {
      throw new ExplainedException(
          option
              + ": \""
              + text
              + "\" is neither how long ago, such as 10m, nor a time, such as 2026-01-31T12:00:00Z",
          "");
    }
  }

  /** In the form that the log has, where the order of texts is that of times. */
  private static String stamp(Instant instant) {
    String seconds = Instant.ofEpochSecond(instant.getEpochSecond()).toString();
    return seconds.substring(0, seconds.length() - 1) + String.format(".%09dZ", instant.getNano());
  }

  private void print(ContainerLog log, boolean follow) throws IOException, InterruptedException {
    last = tail == Long.MAX_VALUE ? null : new ArrayDeque<>();
    log.read(this);
    if (last != null) {
      Deque<ContainerLog.Line> lines = last;
      last = null;
      for (ContainerLog.Line line : lines) {
        put(line);
      }
    }
    flush();
    while (follow && !isUnread() && !isOver() && log.awaitMore()) {
      log.read(this);
      flush();
    }
  }

  private void flush() {
    out.flush();
    err.flush();
  }

  /** Whether all that is still to come is too late. */
  private boolean isOver() {
    return until != null && until.compareTo(stamp(Instant.now())) < 0;
  }

  /** Whether whoever reads it has gone. */
  private boolean isUnread() {
    return out.checkError() || err.checkError();
  }

  @Override
  public void line(ContainerLog.Line line) throws IOException {
    if ((since != null && line.time().compareTo(since) < 0)
        || (until != null && line.time().compareTo(until) > 0)) {
      return;
    }
    if (last == null) {
      put(line);
      return;
    }
    last.add(line);
    if (last.size() > tail) {
      last.remove();
    }
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
