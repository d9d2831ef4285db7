package io.nsrun.cli;

import io.nsrun.control.ChromeTrace;
import io.nsrun.control.Event;
import io.nsrun.launch.Laps;
import io.nsrun.launch.Outcome;
import io.nsrun.plan.LaunchPlan;
import io.nsrun.spec.OsPath;
import io.nsrun.state.ExplainedException;
import io.nsrun.state.IoMessages;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;

/** The file of {@code --trace}. */
final class RunTrace implements AutoCloseable {
  private final String file;
  private final Writer out;
  private final ChromeTrace trace = new ChromeTrace();

  private RunTrace(String file, Writer out) {
    this.file = file;
    this.out = out;
  }

  /**
   * Opens the file, before anything is run that could not be traced in the end.
   *
   * @param file as given
   */
  static RunTrace open(String file) throws ExplainedException {
    try {
      return new RunTrace(file, Files.newBufferedWriter(OsPath.of(file)));
    } catch (IOException e) {
      throw notWritten(file, e);
    } catch (InvalidPathException e) {
      throw new ExplainedException("--trace: \"" + file + "\" is no file name", "", e);
    }
  }

  /**
   * Writes all that is known.
   *
   * @param main of the thread that makes the plan
   * @param spawner of the thread that starts nsinit meanwhile
   * @throws ExplainedException if the file can't take it
   */
  void write(Outcome.Report report, LaunchPlan plan, Laps main, Laps spawner)
      throws ExplainedException {
    ChromeTrace.processStartNanos()
        .ifPresent(
            start -> trace.addJvm("start the JVM", Math.min(start, main.start()), main.start()));
    main.each(trace::addJvm);
    spawner.each(trace::addSpawner);
    trace.addSteps(new Event.Trace(report.timings()), plan);
    try {
      trace.write(out);
    } catch (IOException e) {
      throw notWritten(file, e);
    }
  }

  @Override
  public void close() throws ExplainedException {
    try {
      out.close();
    } catch (IOException e) {
      throw notWritten(file, e);
    }
  }

  private static ExplainedException notWritten(String file, IOException e) {
    return new ExplainedException(
        "--trace " + file + ": " + IoMessages.reason(e), "name a file that can be written", e);
  }
}
