package io.nsrun.engine;

import io.nsrun.control.ChromeTrace;
import io.nsrun.control.Event;
import io.nsrun.launch.PhaseTimes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/** Where the time of a container's start went, as a file that Perfetto shows. */
public final class TraceReport {
  private TraceReport() {}

  /**
   * All that is known.
   *
   * @param launcher that started the container
   * @param running the container, which has ended
   */
  public static byte[] of(Launcher launcher, Running running) throws IOException {
    ChromeTrace trace = new ChromeTrace();
    PhaseTimes main = running.times();
    ChromeTrace.processStartNanos()
        .ifPresent(
            start -> trace.addJvm("start the JVM", Math.min(start, main.start()), main.start()));
    main.each(trace::addJvm);
    launcher.nsinitTimes().each(trace::addSpawner);
    trace.addSteps(new Event.Trace(running.report().timings()), running.prepared().plan());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Writer out = new OutputStreamWriter(bytes, StandardCharsets.UTF_8)) {
      trace.write(out);
    }
    return bytes.toByteArray();
  }
}
