package io.nsrun.state;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;

/** Writes an {@link ExitRecord} as JSON. */
public final class ExitRecordWriter {
  private final JsonGenerator json;

  private ExitRecordWriter(JsonGenerator json) {
    this.json = json;
  }

  /** One line, ended, in UTF-8. */
  public static byte[] encode(ExitRecord record) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(2048);
    try (JsonGenerator json = new JsonFactory().createGenerator(out, JsonEncoding.UTF8)) {
      new ExitRecordWriter(json).write(record);
    }
    out.write('\n');
    return out.toByteArray();
  }

  private void write(ExitRecord record) throws IOException {
    json.writeStartObject();
    json.writeNumberField("version", ExitRecords.VERSION);
    json.writeStringField("id", record.id());
    json.writeStringField("name", record.name());
    json.writeStringField("rootfs", record.rootfs());
    strings("command", record.command());
    json.writeNumberField("started_ms", record.startedMillis());
    json.writeNumberField("ended_ms", record.endedMillis());
    end(record.end());
    if (record.usage() == null) {
      json.writeNullField("usage");
    } else {
      usage(record.usage());
    }
    json.writeObjectFieldStart("limits");
    for (ExitRecord.Limit limit : record.limits()) {
      json.writeNumberField(limit.name(), limit.value());
    }
    json.writeEndObject();
    json.writeObjectFieldStart("ids");
    ids("uids", record.uids());
    ids("gids", record.gids());
    json.writeEndObject();
    isolation(record.isolation());
    phases(record.phases());
    json.writeEndObject();
  }

  private void end(ExitRecord.End end) throws IOException {
    json.writeObjectFieldStart("end");
    json.writeStringField("kind", end.kind());
    json.writeNumberField("exit_code", end.exitCode());
    json.writeNumberField("code", end.code());
    json.writeNumberField("signal", end.signal());
    json.writeBooleanField("core_dumped", end.coreDumped());
    json.writeStringField("cause", end.cause());
    json.writeStringField("reason", end.reason());
    json.writeStringField("remedy", end.remedy());
    if (end.failure() == null) {
      json.writeNullField("failure");
    } else {
      json.writeObjectFieldStart("failure");
      json.writeStringField("step", end.failure().step());
      json.writeStringField("object", end.failure().object());
      json.writeStringField("errno", end.failure().errno());
      json.writeStringField("detail", end.failure().detail());
      json.writeEndObject();
    }
    strings("problems", end.problems());
    json.writeEndObject();
  }

  private void usage(ExitRecord.Usage usage) throws IOException {
    json.writeObjectFieldStart("usage");
    json.writeNumberField("user_us", usage.userMicros());
    json.writeNumberField("system_us", usage.systemMicros());
    json.writeNumberField("max_rss_kib", usage.maxRssKib());
    json.writeNumberField("minor_faults", usage.minorFaults());
    json.writeNumberField("major_faults", usage.majorFaults());
    json.writeNumberField("wall_ns", usage.wallNanos());
    known("peak_memory_bytes", usage.peakMemoryBytes());
    known("output_bytes", usage.outputBytes());
    json.writeEndObject();
  }

  private void ids(String name, List<ExitRecord.Ids> ranges) throws IOException {
    json.writeArrayFieldStart(name);
    for (ExitRecord.Ids range : ranges) {
      json.writeStartObject();
      json.writeNumberField("inside", range.inside());
      json.writeNumberField("outside", range.outside());
      json.writeNumberField("count", range.count());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void isolation(List<ExitRecord.Property> properties) throws IOException {
    json.writeArrayFieldStart("isolation");
    for (ExitRecord.Property property : properties) {
      json.writeStartObject();
      json.writeStringField("aspect", property.aspect());
      json.writeBooleanField("full", property.full());
      json.writeStringField("value", property.value());
      json.writeStringField("reason", property.reason());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void phases(ExitRecord.Phases phases) throws IOException {
    json.writeObjectFieldStart("phases");
    known("jvm_ns", phases.jvm());
    known("plan_ns", phases.plan());
    known("setup_ns", phases.setup());
    known("run_ns", phases.run());
    json.writeEndObject();
  }

  private void strings(String name, List<String> texts) throws IOException {
    json.writeArrayFieldStart(name);
    for (String text : texts) {
      json.writeString(text);
    }
    json.writeEndArray();
  }

  /** A number that is not negative, or null. */
  private void known(String name, long value) throws IOException {
    if (value < 0) {
      json.writeNullField(name);
    } else {
      json.writeNumberField(name, value);
    }
  }
}
