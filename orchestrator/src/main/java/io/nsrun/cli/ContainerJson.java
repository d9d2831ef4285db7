package io.nsrun.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import io.nsrun.engine.DetachedContainer;
import io.nsrun.engine.End;
import io.nsrun.engine.Prepared;
import io.nsrun.json.JsonText;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** Containers that live on, as JSON. */
final class ContainerJson {
  private ContainerJson() {}

  /** An array of them. */
  static String list(List<DetachedContainer> containers) throws IOException {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
      json.setPrettyPrinter(printer);
      json.writeStartArray();
      for (DetachedContainer container : containers) {
        write(json, container);
      }
      json.writeEndArray();
    }
    return out.append('\n').toString();
  }

  private static void write(JsonGenerator json, DetachedContainer container) throws IOException {
    json.writeStartObject();
    JsonText.write(json, "id", container.id());
    JsonText.write(json, "name", container.name());
    JsonText.write(json, "rootfs", container.rootfs());
    json.writeObjectFieldStart("writes");
    JsonText.write(json, "to", container.writes().kind());
    JsonText.write(json, "directory", container.writes().directory());
    JsonText.write(json, "reason", container.writes().reason());
    json.writeEndObject();
    json.writeArrayFieldStart("command");
    for (String argument : container.command()) {
      JsonText.write(json, argument);
    }
    json.writeEndArray();
    JsonText.write(json, "status", container.status().name().toLowerCase(Locale.ROOT));
    time(json, "created", container.createdMillis());
    time(json, "started", container.startedMillis());
    time(json, "ended", container.endedMillis());
    json.writeNumberField("pid", container.pid());
    json.writeNumberField("init_pid", container.initPid());
    JsonText.write(json, "user", container.user());
    JsonText.write(json, "hostname", container.hostname());
    json.writeBooleanField("terminal", container.terminal());
    JsonText.write(json, "stop_signal", container.stopSignal().fullName());
    json.writeNumberField("stop_timeout_ms", container.stopTimeout().toMillis());
    json.writeBooleanField("removed_at_end", container.removed());
    json.writeNumberField("log_files", container.logFiles());
    JsonText.write(json, "restart_policy", container.restarts().policy());
    json.writeNumberField("restart_count", container.restarts().count());
    JsonText.write(json, "restart_failure", container.restarts().failure());
    json.writeArrayFieldStart("isolation");
    for (Prepared.Achieved achieved : container.isolation()) {
      json.writeStartObject();
      json.writeStringField("aspect", achieved.aspect());
      json.writeBooleanField("full", achieved.full());
      JsonText.write(json, "value", achieved.value());
      JsonText.write(json, "reason", achieved.reason());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeFieldName("end");
    end(json, container.end());
    json.writeEndObject();
  }

  private static void time(JsonGenerator json, String name, long millis) throws IOException {
    if (millis == 0) {
      json.writeNullField(name);
    } else {
      json.writeStringField(name, Instant.ofEpochMilli(millis).toString());
    }
  }

  private static void end(JsonGenerator json, End end) throws IOException {
    if (end == null) {
      json.writeNull();
      return;
    }
    json.writeStartObject();
    json.writeStringField("kind", end.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    json.writeNumberField("exit_code", end.exitCode());
    json.writeNumberField("signal", end.signal());
    json.writeStringField("limit", end.limit() == null ? "" : end.limit().cause());
    JsonText.write(json, "reason", end.reason());
    if (end.usage() != null) {
      json.writeNumberField("user_us", end.usage().userMicros());
      json.writeNumberField("system_us", end.usage().systemMicros());
      json.writeNumberField("max_rss_kib", end.usage().maxRssKib());
      json.writeNumberField("wall_ns", end.usage().wallNanos());
    }
    json.writeEndObject();
  }
}
