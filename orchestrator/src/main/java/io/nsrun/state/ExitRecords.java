package io.nsrun.state;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Keeps {@link ExitRecord}s as {@code ID/record.json} in the state directory. */
public final class ExitRecords {
  /** Of the format; readers refuse a newer one. */
  static final int VERSION = 1;

  private static final int LARGEST = 64 << 20;

  private final Path stateDirectory;

  public ExitRecords(Path stateDirectory) {
    this.stateDirectory = stateDirectory;
  }

  /** The directory of one container's record. */
  public Path directory(String id) {
    return stateDirectory.resolve(id);
  }

  /**
   * Writes a record; a reader sees all of it or nothing. Blocks for the disk.
   *
   * @throws IOException if it can't be written; nothing is left then
   */
  public void write(ExitRecord record) throws IOException {
    Path directory = directory(record.id());
    boolean fresh = !Files.isDirectory(directory);
    if (fresh) {
      Files.createDirectory(directory);
      Files.setAttribute(directory, "unix:mode", 0700);
    }
    boolean written = false;
    try {
      AtomicFile.write(directory.resolve(ExitRecord.FILE), encode(record));
      written = true;
    } finally {
      if (!written && fresh) {
        Files.deleteIfExists(directory);
      }
    }
  }

  /**
   * Reads a record.
   *
   * @return null if there is none
   * @throws ExplainedException if it is damaged, or of a newer version
   */
  public ExitRecord read(String id) throws IOException {
    Path file = directory(id).resolve(ExitRecord.FILE);
    byte[] bytes;
    try {
      if (Files.size(file) > LARGEST) {
        throw damaged(file, "it has more than 64 MiB", null);
      }
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return null;
    }
    try (JsonParser json = new JsonFactory().createParser(bytes)) {
      Reader reader = new Reader(json);
      ExitRecord record = reader.record();
      if (json.nextToken() != null) {
        throw new IOException("something follows the record");
      }
      return record;
    } catch (IOException | RuntimeException e) {
      throw damaged(file, String.valueOf(e.getMessage()).split("\n", 2)[0], e);
    }
  }

  private static ExplainedException damaged(Path file, String why, Exception cause) {
    return new ExplainedException(
        "record " + file + " is damaged: " + why, "remove its directory", cause);
  }

  private static byte[] encode(ExitRecord record) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
    try (JsonGenerator json = new JsonFactory().createGenerator(out, JsonEncoding.UTF8)) {
      json.writeStartObject();
      json.writeNumberField("version", VERSION);
      json.writeStringField("id", record.id());
      json.writeStringField("name", record.name());
      json.writeStringField("rootfs", record.rootfs());
      json.writeArrayFieldStart("command");
      for (String word : record.command()) {
        json.writeString(word);
      }
      json.writeEndArray();
      json.writeNumberField("started_ms", record.startedMillis());
      json.writeNumberField("ended_ms", record.endedMillis());
      writeEnd(json, record.end());
      if (record.usage() != null) {
        writeUsage(json, record.usage());
      }
      json.writeArrayFieldStart("isolation");
      for (ExitRecord.Property property : record.isolation()) {
        json.writeStartObject();
        json.writeStringField("aspect", property.aspect());
        json.writeBooleanField("full", property.full());
        json.writeStringField("value", property.value());
        json.writeStringField("reason", property.reason());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    out.write('\n');
    return out.toByteArray();
  }

  private static void writeEnd(JsonGenerator json, ExitRecord.End end) throws IOException {
    json.writeObjectFieldStart("end");
    json.writeStringField("kind", end.kind());
    json.writeNumberField("code", end.code());
    json.writeNumberField("signal", end.signal());
    json.writeBooleanField("core_dumped", end.coreDumped());
    json.writeStringField("cause", end.cause());
    json.writeStringField("reason", end.reason());
    json.writeEndObject();
  }

  private static void writeUsage(JsonGenerator json, ExitRecord.Usage usage) throws IOException {
    json.writeObjectFieldStart("usage");
    json.writeNumberField("user_us", usage.userMicros());
    json.writeNumberField("system_us", usage.systemMicros());
    json.writeNumberField("max_rss_kib", usage.maxRssKib());
    json.writeNumberField("minor_faults", usage.minorFaults());
    json.writeNumberField("major_faults", usage.majorFaults());
    json.writeNumberField("wall_ns", usage.wallNanos());
    json.writeEndObject();
  }

  /**
   * Walks over the tokens; a field that it does not know is skipped, one that is missing is an
   * error.
   */
  private static final class Reader {
    private final JsonParser json;

    Reader(JsonParser json) {
      this.json = json;
    }

    ExitRecord record() throws IOException {
      long version = -1;
      String id = null;
      String name = null;
      String rootfs = null;
      List<String> command = null;
      long started = -1;
      long ended = -1;
      ExitRecord.End end = null;
      ExitRecord.Usage usage = null;
      List<ExitRecord.Property> isolation = null;
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
          case "isolation" -> isolation = isolation();
          default -> json.skipChildren();
        }
      }
      expect(json.currentToken(), JsonToken.END_OBJECT);
      if (version != VERSION) {
        throw new IOException("its version is " + version + ", not " + VERSION);
      }
      if (id == null
          || name == null
          || rootfs == null
          || command == null
          || end == null
          || isolation == null) {
        throw new IOException("a field is missing");
      }
      return new ExitRecord(id, name, rootfs, command, started, ended, end, usage, isolation);
    }

    private ExitRecord.End end() throws IOException {
      String kind = "";
      int code = -1;
      int signal = 0;
      boolean core = false;
      String cause = "";
      String reason = "";
      expect(json.currentToken(), JsonToken.START_OBJECT);
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        json.nextToken();
        switch (field) {
          case "kind" -> kind = text();
          case "code" -> code = json.getIntValue();
          case "signal" -> signal = json.getIntValue();
          case "core_dumped" -> core = json.getBooleanValue();
          case "cause" -> cause = text();
          case "reason" -> reason = text();
          default -> json.skipChildren();
        }
      }
      return new ExitRecord.End(kind, code, signal, core, cause, reason);
    }

    private ExitRecord.Usage usage() throws IOException {
      long user = 0;
      long system = 0;
      long rss = 0;
      long minor = 0;
      long major = 0;
      long wall = 0;
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
          default -> json.skipChildren();
        }
      }
      return new ExitRecord.Usage(user, system, rss, minor, major, wall);
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
}
