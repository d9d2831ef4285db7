package io.nsrun.cli;

import io.nsrun.control.ChromeTrace;
import io.nsrun.control.Event;
import io.nsrun.launch.Laps;
import io.nsrun.launch.Outcome;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.spec.ExplainedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/** The file of {@code --trace}. */
final class RunTrace implements AutoCloseable {
  private final OutputFile file;
  private final ChromeTrace trace = new ChromeTrace();

  private RunTrace(OutputFile file) {
    this.file = file;
  }

  /**
   * Opens the file, before anything is run that could not be traced in the end.
   *
   * @param file as given
   */
  static RunTrace open(String file) throws ExplainedException {
    return new RunTrace(OutputFile.open("--trace", file));
  }

  /**
   * Writes all that is known.
   *
   * @param main of the thread that makes the plan
   * @param spawner of the thread that starts nsinit meanwhile
   * @throws ExplainedException if the file can't take it
   */
  void write(Outcome.Report report, LaunchPlan plan, Laps main, Laps spawner) throws IOException {
    ChromeTrace.processStartNanos()
        .ifPresent(
            start -> trace.addJvm("start the JVM", Math.min(start, main.start()), main.start()));
    main.each(trace::addJvm);
    spawner.each(trace::addSpawner);
    trace.addSteps(new Event.Trace(report.timings()), plan);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Writer out = new OutputStreamWriter(bytes, StandardCharsets.UTF_8)) {
      trace.write(out);
    }
    file.write(bytes.toByteArray());
  }

  @Override
  public void close() {
    file.close();
  }
}
