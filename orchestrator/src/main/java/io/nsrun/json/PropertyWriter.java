package io.nsrun.json;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Writes each property as it is named. */
final class PropertyWriter implements JsonProperties {
  private final JsonGenerator json;

  PropertyWriter(JsonGenerator json) {
    this.json = json;
  }

  <T> void object(T value, JsonRecord<T> record) throws IOException {
    json.writeStartObject();
    T unused = record.properties(this, value);
    json.writeEndObject();
  }

  @Override
  public JsonProperties required() {
    return this;
  }

  @Override
  public void version(long version) throws IOException {
    json.writeNumberField(PropertyReader.VERSION, version);
  }

  @Override
  public String text(String name, String value) throws IOException {
    json.writeStringField(name, value);
    return value;
  }

  @Override
  public boolean flag(String name, boolean value) throws IOException {
    json.writeBooleanField(name, value);
    return value;
  }

  @Override
  public int number(String name, int value) throws IOException {
    json.writeNumberField(name, value);
    return value;
  }

  @Override
  public long number(String name, long value) throws IOException {
    json.writeNumberField(name, value);
    return value;
  }

  @Override
  public long known(String name, long value) throws IOException {
    if (value < 0) {
      json.writeNullField(name);
    } else {
      json.writeNumberField(name, value);
    }
    return value;
  }

  @Override
  public List<String> texts(String name, List<String> value) throws IOException {
    json.writeArrayFieldStart(name);
    for (String text : value) {
      json.writeString(text);
    }
    json.writeEndArray();
    return value;
  }

  @Override
  public Map<String, Long> numbers(String name, Map<String, Long> value) throws IOException {
    json.writeObjectFieldStart(name);
    for (Map.Entry<String, Long> entry : value.entrySet()) {
      json.writeNumberField(entry.getKey(), entry.getValue());
    }
    json.writeEndObject();
    return value;
  }

  @Override
  public <T> T object(String name, T value, JsonRecord<T> record) throws IOException {
    json.writeFieldName(name);
    if (value == null) {
      json.writeNull();
    } else {
      object(value, record);
    }
    return value;
  }

  @Override
  public <T> List<T> objects(String name, List<T> value, JsonRecord<T> record) throws IOException {
    json.writeArrayFieldStart(name);
    for (T element : value) {
      object(element, record);
    }
    json.writeEndArray();
    return value;
  }
}
