package io.nsrun.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.nsrun.engine.Caller;
import io.nsrun.engine.ContainerObserver;
import io.nsrun.engine.DetachedContainer;
import io.nsrun.engine.DetachedContainers;
import io.nsrun.engine.ExitCode;
import io.nsrun.engine.NoSuchContainerException;
import io.nsrun.engine.SeenUsage;
import io.nsrun.json.JsonText;
import io.nsrun.spec.Bytes;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code stats}: what containers that live on use, beside what they may use. */
final class StatsCommand {
  /** From one look to the next. */
  private static final long PAUSE_MILLIS = 1000;

  private static final String HOME = "\033[H";
  private static final String TO_END_OF_LINE = "\033[K";
  private static final String TO_END_OF_SCREEN = "\033[J";
  private static final String NONE = "-";

  private final DetachedContainers all;
  private final ContainerObserver observer;

  /** Those that were named; empty for all that run. */
  private final List<DetachedContainer> named;

  private final boolean json;
  private final PrintWriter out;

  /** What each used at the last look. */
  private Map<String, SeenUsage> before = Map.of();

  private List<DetachedContainer> shown = List.of();
  private List<SeenUsage> usage = List.of();

  private StatsCommand(Caller caller, List<DetachedContainer> named, boolean json, PrintWriter out)
      throws IOException {
    this.all = DetachedContainers.of(caller);
    this.observer = ContainerObserver.of(caller);
    this.named = named;
    this.json = json;
    this.out = out;
  }

  static int execute(GivenArguments given, Invocation call)
      throws IOException, InterruptedException {
    boolean json = ContainerCommands.isJson(given);
    Caller caller = call.caller();
    List<DetachedContainer> named = new ArrayList<>();
    for (String name : given.words()) {
      named.add(DetachedContainers.of(caller).find(name));
    }
    StatsCommand command = new StatsCommand(caller, named, json, call.writer());
    if (given.has("--no-stream")) {
      command.printOnce();
    } else {
      command.printOn(!json && caller.isTerminal(1));
    }
    return ExitCode.OK;
  }

  private void printOnce() throws IOException, InterruptedException {
    look();
    // How much of a CPU that is shows between two looks.
    Thread.sleep(PAUSE_MILLIS);
    look();
    print("");
  }

  /** Until whoever reads it goes, or all that were named have ended. */
  private void printOn(boolean screen) throws IOException, InterruptedException {
    do {
      look();
      if (screen) {
        out.print(HOME);
        print(TO_END_OF_LINE);
        out.print(TO_END_OF_SCREEN);
      } else {
        print("");
      }
      if (out.checkError()) {
        return;
      }
      Thread.sleep(PAUSE_MILLIS);
    } while (named.isEmpty() || usage.stream().anyMatch(used -> used != null));
  }

  private void look() throws IOException {
    Map<String, SeenUsage> last = new HashMap<>();
    for (int i = 0; i < shown.size(); i++) {
      if (usage.get(i) != null) {
        last.put(shown.get(i).id(), usage.get(i));
      }
    }
    before = last;
    shown = named.isEmpty() ? running() : now();
    usage = observer.usage(shown);
  }

  private List<DetachedContainer> running() throws IOException {
    List<DetachedContainer> running = new ArrayList<>();
    for (DetachedContainer container : all.list(new ArrayList<>())) {
      if (container.status() == DetachedContainer.Status.RUNNING) {
        running.add(container);
      }
    }
    return running;
  }

  /** The named ones as they are now; one that was removed as it was. */
  private List<DetachedContainer> now() throws IOException {
    List<DetachedContainer> now = new ArrayList<>();
    for (DetachedContainer container : named) {
      try {
        now.add(all.get(container.id(), container.name()));
      } catch (NoSuchContainerException e) {
        now.add(container);
      }
    }
    return now;
  }

  private void print(String endOfLine) throws IOException {
    if (json) {
      for (int i = 0; i < shown.size(); i++) {
        out.println(line(shown.get(i), usage.get(i)));
      }
    } else {
      TextTable.print(table(), endOfLine, out);
    }
    out.flush();
  }

  private List<String[]> table() {
    List<String[]> rows = new ArrayList<>();
    rows.add(
        new String[] {
          "CONTAINER ID",
          "NAME",
          "CPU %",
          "CPU TIME / LIMIT",
          "MEMORY / LIMIT",
          "BLOCK READ / WRITTEN",
          "PROCESSES / LIMIT"
        });
    for (int i = 0; i < shown.size(); i++) {
      rows.add(row(shown.get(i), usage.get(i)));
    }
    return rows;
  }

  private String[] row(DetachedContainer container, SeenUsage used) {
    if (used == null) {
      return new String[] {container.shortId(), container.name(), NONE, NONE, NONE, NONE, NONE};
    }
    long cpuLimit = used.limits().cpuTime().toMillis();
    long memoryLimit = used.limits().memory().value();
    long processLimit = used.limits().processes();
    return new String[] {
      container.shortId(),
      container.name(),
      before.containsKey(container.id())
          ? String.format(Locale.ROOT, "%.2f%%", percent(container, used))
          : NONE,
      CpuTime.text(used.cpuMillis()) + " / " + (cpuLimit == 0 ? NONE : CpuTime.text(cpuLimit)),
      size(used.memoryBytes()) + " / " + (memoryLimit == 0 ? NONE : size(memoryLimit)),
      size(used.readBytes()) + " / " + size(used.writtenBytes()),
      used.processes() + " / " + (processLimit == 0 ? NONE : Long.toString(processLimit))
    };
  }

  private double percent(DetachedContainer container, SeenUsage used) {
    return 100 * used.cpusSince(before.get(container.id()));
  }

  private static String size(long bytes) {
    return bytes < 0 ? NONE : new Bytes(bytes).text();
  }

  private String line(DetachedContainer container, SeenUsage used) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.writeStartObject();
      JsonText.write(json, "id", container.id());
      JsonText.write(json, "name", container.name());
      json.writeBooleanField("running", used != null);
      if (used != null) {
        if (before.containsKey(container.id())) {
          json.writeNumberField("cpu_percent", Math.round(100 * percent(container, used)) / 100.0);
        }
        json.writeNumberField("cpu_ms", used.cpuMillis());
        limit(json, "cpu_limit_ms", used.limits().cpuTime().toMillis());
        json.writeNumberField("memory_bytes", used.memoryBytes());
        limit(json, "memory_limit_bytes", used.limits().memory().value());
        json.writeNumberField("processes", used.processes());
        limit(json, "processes_limit", used.limits().processes());
        if (used.readBytes() >= 0) {
          json.writeNumberField("read_bytes", used.readBytes());
          json.writeNumberField("written_bytes", used.writtenBytes());
        }
      }
      json.writeEndObject();
    }
    return text.toString();
  }

  private static void limit(JsonGenerator json, String name, long value) throws IOException {
    if (value > 0) {
      json.writeNumberField(name, value);
    }
  }
}
