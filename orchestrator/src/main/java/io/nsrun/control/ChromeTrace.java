package io.nsrun.control;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.nsrun.json.JsonText;
import io.nsrun.plan.explain.PlanPrinter;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.SetupStep;
import io.nsrun.spec.Uptime;
import java.io.IOException;
import java.io.Writer;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Where the time of a start went, as a file that chrome://tracing and ui.perfetto.dev show (Trace
 * Event Format, JSON object form).
 *
 * <p>All times are nanoseconds of CLOCK_MONOTONIC. nsinit measures by it, and on Linux it is also
 * what {@link System#nanoTime} returns, so that both sides share one time line. Not thread-safe.
 */
public final class ChromeTrace {
  private static final int JVM = 1;
  private static final int NSINIT = 2;
  private static final int MAIN = 1;
  private static final int SPAWNER = 2;
  private static final int MONITOR = 1;
  private static final int INIT = 2;
  private static final int COMMAND = 3;

  private record Span(
      String name, int process, int thread, long start, long duration, String object, int index) {}

  private final List<Span> spans = new ArrayList<>();

  /**
   * Adds something that the JVM did.
   *
   * @param name a few words
   * @param startNanos when it began, by {@link System#nanoTime}
   * @param endNanos when it ended; not before {@code startNanos}
   */
  public void addJvm(String name, long startNanos, long endNanos) {
    spans.add(new Span(name, JVM, MAIN, startNanos, endNanos - startNanos, "", -1));
  }

  /** As {@link #addJvm}, for the thread that starts nsinit while the main one makes the plan. */
  public void addSpawner(String name, long startNanos, long endNanos) {
    spans.add(new Span(name, JVM, SPAWNER, startNanos, endNanos - startNanos, "", -1));
  }

  /** Adds the steps that nsinit measured, each with the object that the plan gives it. */
  public void addSteps(Event.Trace trace, LaunchPlan plan) {
    for (Event.Timing timing : trace.timings()) {
      boolean planned = timing.index() >= 0 && timing.index() < plan.steps().size();
      String object = planned ? PlanPrinter.object(plan.steps().get(timing.index())) : "";
      spans.add(
          new Span(
              timing.step().stepName(),
              NSINIT,
              thread(timing.step().stage()),
              timing.startNanos(),
              timing.durationNanos(),
              object,
              timing.index()));
    }
  }

  private static int thread(SetupStep.Stage stage) {
    return switch (stage) {
      case HOST, MAPS, NONE -> MONITOR;
      case INIT -> INIT;
      case COMMAND -> COMMAND;
    };
  }

  /**
   * When this process was started, by the clock of {@link System#nanoTime}; absent if /proc can't
   * be read. Exact to 10 ms, the kernel's tick in /proc/PID/stat. Reads two small files.
   */
  public static OptionalLong processStartNanos() {
    try {
      long started = Uptime.ofStart("/proc/self");
      long ticks = Uptime.ticks();
      long age = (ticks - started) * Uptime.NANOS_OF_TICK;
      return OptionalLong.of(System.nanoTime() - Math.max(0, age));
    } catch (IOException | RuntimeException e) {
      return OptionalLong.empty();
    }
  }

  /** Writes all that was added, the earliest at zero; a newline at the end. */
  public void write(Writer out) throws IOException {
    long origin = Long.MAX_VALUE;
    for (Span span : spans) {
      origin = Math.min(origin, span.start());
    }
    JsonGenerator json = new JsonFactory().createGenerator(out);
    json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    json.writeStartObject();
    json.writeStringField("displayTimeUnit", "ms");
    json.writeArrayFieldStart("traceEvents");
    name(json, out, "process_name", JVM, 0, "orchestrator (JVM)");
    name(json, out, "process_name", NSINIT, 0, "nsinit");
    name(json, out, "thread_name", JVM, MAIN, "main");
    name(json, out, "thread_name", JVM, SPAWNER, "spawner");
    name(json, out, "thread_name", NSINIT, MONITOR, "monitor");
    name(json, out, "thread_name", NSINIT, INIT, "init");
    name(json, out, "thread_name", NSINIT, COMMAND, "command");
    for (Span span : spans) {
      event(json, out, span, origin);
    }
    json.writeEndArray();
    json.writeEndObject();
    json.close();
    out.write('\n');
    out.flush();
  }

  private static void name(
      JsonGenerator json, Writer out, String kind, int process, int thread, String name)
      throws IOException {
    begin(json, out, kind, "M", process, thread);
    json.writeObjectFieldStart("args");
    json.writeStringField("name", name);
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void event(JsonGenerator json, Writer out, Span span, long origin)
      throws IOException {
    begin(json, out, span.name(), "X", span.process(), span.thread());
    json.writeNumberField("ts", micros(span.start() - origin));
    json.writeNumberField("dur", micros(span.duration()));
    json.writeObjectFieldStart("args");
    if (!span.object().isEmpty()) {
      JsonText.write(json, "object", span.object());
    }
    if (span.index() >= 0) {
      json.writeNumberField("index", span.index());
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  /** One event a line, for people who look with less(1). */
  private static void begin(
      JsonGenerator json, Writer out, String name, String phase, int process, int thread)
      throws IOException {
    json.flush();
    out.write('\n');
    json.writeStartObject();
    json.writeStringField("name", name);
    json.writeStringField("ph", phase);
    json.writeNumberField("pid", process);
    json.writeNumberField("tid", thread);
  }

  private static BigDecimal micros(long nanos) {
    return BigDecimal.valueOf(nanos, 3);
  }
}
