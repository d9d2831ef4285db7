package io.nsrun.state;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads what {@link ExitRecordWriter} wrote. Walks over the tokens; a field that it does not know
 * is skipped, one that every record has had from the start must not be missing.
 */
final class ExitRecordReader {
  private final JsonParser json;

  private ExitRecordReader(JsonParser json) {
    this.json = json;
  }

  static ExitRecord decode(byte[] bytes) throws IOException {
    try (JsonParser json = new JsonFactory().createParser(bytes)) {
      ExitRecord record = new ExitRecordReader(json).record();
      if (json.nextToken() != null) {
        throw new IOException("something follows the record");
      }
      return record;
    }
  }

  private ExitRecord record() throws IOException {
    long version = -1;
    String id = null;
    String name = null;
    String rootfs = null;
    List<String> command = null;
    long started = -1;
    long ended = -1;
    ExitRecord.End end = null;
    ExitRecord.Usage usage = null;
    List<ExitRecord.Limit> limits = List.of();
    List<List<ExitRecord.Ids>> ids = List.of(List.of(), List.of());
    List<ExitRecord.Property> isolation = null;
    ExitRecord.Phases phases = ExitRecord.Phases.UNKNOWN;
    expect(json.nextToken(), JsonToken.START_OBJECT);
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "version" -> version = json.getLongValue();
        case "id" -> id = text();
        case "name" -> name = text();
        case "rootfs" -> rootfs = text();
        case "command" -> command = texts();
        case "started_ms" -> started = json.getLongValue();
        case "ended_ms" -> ended = json.getLongValue();
        case "end" -> end = end();
        case "usage" -> usage = usage();
        case "limits" -> limits = limits();
        case "ids" -> ids = ids();
        case "isolation" -> isolation = isolation();
        case "phases" -> phases = phases();
        default -> json.skipChildren();
      }
    }
    expect(json.currentToken(), JsonToken.END_OBJECT);
    if (version != ExitRecords.VERSION) {
      throw new IOException("its version is " + version + ", not " + ExitRecords.VERSION);
    }
    if (id == null
        || name == null
        || rootfs == null
        || command == null
        || end == null
        || isolation == null) {
      throw new IOException("a field is missing");
    }
    return new ExitRecord(
        id,
        name,
        rootfs,
        command,
        started,
        ended,
        end,
        usage,
        limits,
        ids.get(0),
        ids.get(1),
        isolation,
        phases);
  }

  private ExitRecord.End end() throws IOException {
    String kind = "";
    int exitCode = 0;
    int code = -1;
    int signal = 0;
    boolean core = false;
    String cause = "";
    String reason = "";
    String remedy = "";
    ExitRecord.Failure failure = null;
    List<String> problems = List.of();
    expect(json.currentToken(), JsonToken.START_OBJECT);
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "kind" -> kind = text();
        case "exit_code" -> exitCode = json.getIntValue();
        case "code" -> code = json.getIntValue();
        case "signal" -> signal = json.getIntValue();
        case "core_dumped" -> core = json.getBooleanValue();
        case "cause" -> cause = text();
        case "reason" -> reason = text();
        case "remedy" -> remedy = text();
        case "failure" -> failure = failure();
        case "problems" -> problems = texts();
        default -> json.skipChildren();
      }
    }
    return new ExitRecord.End(
        kind, exitCode, code, signal, core, cause, reason, remedy, failure, problems);
  }

  private ExitRecord.Failure failure() throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      return null;
    }
    String step = "";
    String object = "";
    String errno = "";
    String detail = "";
    expect(json.currentToken(), JsonToken.START_OBJECT);
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "step" -> step = text();
        case "object" -> object = text();
        case "errno" -> errno = text();
        case "detail" -> detail = text();
        default -> json.skipChildren();
      }
    }
    return new ExitRecord.Failure(step, object, errno, detail);
  }

  private ExitRecord.Usage usage() throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      return null;
    }
    long user = 0;
    long system = 0;
    long rss = 0;
    long minor = 0;
    long major = 0;
    long wall = 0;
    long peak = -1;
    long output = -1;
    expect(json.currentToken(), JsonToken.START_OBJECT);
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "user_us" -> user = json.getLongValue();
        case "system_us" -> system = json.getLongValue();
        case "max_rss_kib" -> rss = json.getLongValue();
        case "minor_faults" -> minor = json.getLongValue();
        case "major_faults" -> major = json.getLongValue();
        case "wall_ns" -> wall = json.getLongValue();
        case "peak_memory_bytes" -> peak = known();
        case "output_bytes" -> output = known();
        default -> json.skipChildren();
      }
    }
    return new ExitRecord.Usage(user, system, rss, minor, major, wall, peak, output);
  }

  private List<ExitRecord.Limit> limits() throws IOException {
    List<ExitRecord.Limit> limits = new ArrayList<>();
    expect(json.currentToken(), JsonToken.START_OBJECT);
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      limits.add(new ExitRecord.Limit(name, json.getLongValue()));
    }
    return limits;
  }

  /** Those of users, then those of groups. */
  private List<List<ExitRecord.Ids>> ids() throws IOException {
    List<ExitRecord.Ids> uids = List.of();
    List<ExitRecord.Ids> gids = List.of();
    expect(json.currentToken(), JsonToken.START_OBJECT);
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "uids" -> uids = ranges();
        case "gids" -> gids = ranges();
        default -> json.skipChildren();
      }
    }
    return List.of(uids, gids);
  }

  private List<ExitRecord.Ids> ranges() throws IOException {
    List<ExitRecord.Ids> ranges = new ArrayList<>();
    expect(json.currentToken(), JsonToken.START_ARRAY);
    while (json.nextToken() == JsonToken.START_OBJECT) {
      long inside = 0;
      long outside = 0;
      long count = 0;
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        json.nextToken();
        switch (field) {
          case "inside" -> inside = json.getLongValue();
          case "outside" -> outside = json.getLongValue();
          case "count" -> count = json.getLongValue();
          default -> json.skipChildren();
        }
      }
      ranges.add(new ExitRecord.Ids(inside, outside, count));
    }
    expect(json.currentToken(), JsonToken.END_ARRAY);
    return ranges;
  }

  private List<ExitRecord.Property> isolation() throws IOException {
    List<ExitRecord.Property> properties = new ArrayList<>();
    expect(json.currentToken(), JsonToken.START_ARRAY);
    while (json.nextToken() == JsonToken.START_OBJECT) {
      String aspect = "";
      boolean full = false;
      String value = "";
      String reason = "";
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        json.nextToken();
        switch (field) {
          case "aspect" -> aspect = text();
          case "full" -> full = json.getBooleanValue();
          case "value" -> value = text();
          case "reason" -> reason = text();
          default -> json.skipChildren();
        }
      }
      properties.add(new ExitRecord.Property(aspect, full, value, reason));
    }
    expect(json.currentToken(), JsonToken.END_ARRAY);
    return properties;
  }

  private ExitRecord.Phases phases() throws IOException {
    long jvm = -1;
    long plan = -1;
    long setup = -1;
    long run = -1;
    expect(json.currentToken(), JsonToken.START_OBJECT);
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "jvm_ns" -> jvm = known();
        case "plan_ns" -> plan = known();
        case "setup_ns" -> setup = known();
        case "run_ns" -> run = known();
        default -> json.skipChildren();
      }
    }
    return new ExitRecord.Phases(jvm, plan, setup, run);
  }

  private long known() throws IOException {
    return json.currentToken() == JsonToken.VALUE_NULL ? -1 : json.getLongValue();
  }

  private List<String> texts() throws IOException {
    List<String> texts = new ArrayList<>();
    expect(json.currentToken(), JsonToken.START_ARRAY);
    while (json.nextToken() != JsonToken.END_ARRAY) {
      texts.add(text());
    }
    return texts;
  }

  private String text() throws IOException {
    expect(json.currentToken(), JsonToken.VALUE_STRING);
    return json.getText();
  }

  private static void expect(JsonToken found, JsonToken wanted) throws IOException {
    if (found != wanted) {
      throw new IOException(wanted + " expected, but there is " + found);
    }
  }
}
