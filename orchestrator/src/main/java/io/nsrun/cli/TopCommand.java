package io.nsrun.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import io.nsrun.engine.Caller;
import io.nsrun.engine.ContainerObserver;
import io.nsrun.engine.DetachedContainer;
import io.nsrun.engine.DetachedContainers;
import io.nsrun.engine.ExitCode;
import io.nsrun.engine.SeenProcess;
import io.nsrun.json.JsonText;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;

/** {@code top}: the processes of a container that lives on. */
final class TopCommand {
  private TopCommand() {}

  static int execute(GivenArguments given, Invocation call) throws IOException {
    boolean json = ContainerCommands.isJson(given);
    Caller caller = call.caller();
    DetachedContainer container = DetachedContainers.of(caller).find(given.words().get(0));
    List<SeenProcess> found = ContainerObserver.of(caller).processes(container);
    PrintWriter out = call.writer();
    if (json) {
      out.println(json(found));
    } else {
      TextTable.print(table(found), out);
    }
    out.flush();
    return ExitCode.OK;
  }

  private static List<String[]> table(List<SeenProcess> found) {
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"PID", "INSIDE", "USER", "CPU TIME", "COMMAND"});
    for (SeenProcess process : found) {
      rows.add(
          new String[] {
            Long.toString(process.pid()),
            process.inside() == 0 ? "-" : Long.toString(process.inside()),
            process.user() < 0 ? "-" : Long.toString(process.user()),
            CpuTime.text(process.cpuMillis()),
            String.join(" ", process.command())
          });
    }
    return rows;
  }

  private static String json(List<SeenProcess> found) throws IOException {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.setPrettyPrinter(new DefaultPrettyPrinter());
      json.writeStartArray();
      for (SeenProcess process : found) {
        json.writeStartObject();
        json.writeNumberField("pid", process.pid());
        json.writeNumberField("inside", process.inside());
        json.writeNumberField("parent", process.parent());
        json.writeNumberField("user", process.user());
        json.writeNumberField("cpu_ms", process.cpuMillis());
        json.writeNumberField("threads", process.threads());
        json.writeArrayFieldStart("command");
        for (String word : process.command()) {
          JsonText.write(json, word);
        }
        json.writeEndArray();
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    return out.toString();
  }
}
