package io.nsrun.cli;

import io.nsrun.control.ChromeTrace;
import io.nsrun.control.Event;
import io.nsrun.launch.Outcome;
import io.nsrun.plan.LaunchPlan;
import io.nsrun.state.ExplainedException;
import io.nsrun.state.IoMessages;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** The file of {@code --trace}. */
final class RunTrace implements AutoCloseable {
  private final Writer out;
  private final ChromeTrace trace = new ChromeTrace();
  private long last;

  private RunTrace(Writer out, long start) {
    this.out = out;
    this.last = start;
  }

  /**
   * Opens the file, before anything is run that could not be traced in the end.
   *
   * @param file as given
   * @param entered when Java code of ours began to run, by {@link System#nanoTime}
   */
  static RunTrace open(String file, long entered) throws ExplainedException {
    try {
      RunTrace opened = new RunTrace(Files.newBufferedWriter(Path.of(file)), entered);
      ChromeTrace.processStartNanos()
          .ifPresent(
              start -> opened.trace.addJvm("start the JVM", Math.min(start, entered), entered));
      return opened;
    } catch (IOException e) {
      throw new ExplainedException(
          "--trace " + file + ": " + IoMessages.reason(e), "name a file that can be written", e);
    } catch (InvalidPathException e) {
      throw new ExplainedException("--trace: \"" + file + "\" is no file name", "", e);
    }
  }

  /** Says what was done since the last call. */
  void phase(String name, long end) {
    trace.addJvm(name, last, end);
    last = end;
  }

  /**
   * Writes all that is known.
   *
   * @param started when the command was started; 0 if it never was
   */
  void write(Outcome.Report report, LaunchPlan plan, long started) throws IOException {
    long now = System.nanoTime();
    phase("start the container", started == 0 ? now : started);
    if (started != 0) {
      phase("the command runs", now);
    }
    trace.addSteps(new Event.Trace(report.timings()), plan);
    trace.write(out);
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
