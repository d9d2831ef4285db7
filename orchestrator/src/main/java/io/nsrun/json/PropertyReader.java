package io.nsrun.json;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads an object: first a record names its properties, then the document is walked through, whose
 * order is its own, and then the record takes what was found.
 */
final class PropertyReader implements JsonProperties {
  static final String VERSION = "version";

  private enum Kind {
    TEXT,
    FLAG,
    INT,
    LONG,
    VERSION,
    TEXTS,
    NUMBERS,
    OBJECT,
    OBJECTS
  }

  /** A property: what is to be there, and what was there. */
  private static final class Property {
    private final Kind kind;
    private final JsonRecord<?> record;
    private final boolean required;
    private final long version;
    private Object found;

    private Property(Kind kind, JsonRecord<?> record, boolean required, long version) {
      this.kind = kind;
      this.record = record;
      this.required = required;
      this.version = version;
    }

    /** Null for JSON's null, and for what is of another kind, which was reported. */
    private Object read(JsonReader json) throws IOException {
      return switch (kind) {
        case TEXT -> json.text();
        case FLAG -> json.flag();
        case INT -> json.number(Integer.MIN_VALUE, Integer.MAX_VALUE);
        case LONG -> json.number(Long.MIN_VALUE, Long.MAX_VALUE);
        case VERSION -> readVersion(json);
        case TEXTS -> json.isNull() ? null : json.texts();
        case NUMBERS -> readNumbers(json);
        case OBJECT -> object(json, record);
        case OBJECTS -> readObjects(json, record);
      };
    }

    private Long readVersion(JsonReader json) throws IOException {
      Long number = json.number(Long.MIN_VALUE, Long.MAX_VALUE);
      if (number != null && number != version) {
        json.problem("its version is " + number + ", not " + version, "");
      }
      return number;
    }
  }

  private final Map<String, Property> properties = new LinkedHashMap<>();
  private boolean required;

  private PropertyReader() {}

  /** The object here; null for JSON's null, and for what is none, which was reported. */
  static <T> T object(JsonReader json, JsonRecord<T> record) throws IOException {
    JsonReader.Place place = json.place();
    int before = json.found();
    if (!json.isObject()) {
      return null;
    }
    PropertyReader reader = new PropertyReader();
    T unused = record.properties(reader, record.blank());
    for (String name = json.nextField(); name != null; name = json.nextField()) {
      Property property = reader.properties.get(name);
      if (property == null) {
        json.skip();
      } else {
        property.found = property.read(json);
      }
    }
    for (Map.Entry<String, Property> entry : reader.properties.entrySet()) {
      Property property = entry.getValue();
      if (property.required && property.found == null && json.found() == before) {
        json.problem(place.property(entry.getKey()), "is missing", "");
      }
    }
    return record.properties(reader, record.blank());
  }

  private static Map<String, Long> readNumbers(JsonReader json) throws IOException {
    if (!json.isObject()) {
      return null;
    }
    Map<String, Long> numbers = new LinkedHashMap<>();
    for (String name = json.nextField(); name != null; name = json.nextField()) {
      Long number = json.number(Long.MIN_VALUE, Long.MAX_VALUE);
      if (number != null) {
        numbers.put(name, number);
      }
    }
    return numbers;
  }

  private static <T> List<T> readObjects(JsonReader json, JsonRecord<T> record) throws IOException {
    if (!json.isArray()) {
      return null;
    }
    List<T> objects = new ArrayList<>();
    while (json.nextElement()) {
      T object = object(json, record);
      if (object != null) {
        objects.add(object);
      }
    }
    return objects;
  }

  /** What was found, or {@code otherwise}; nothing was yet when the record names its properties. */
  @SuppressWarnings("unchecked") // each kind has one type
  private <T> T value(String name, Kind kind, JsonRecord<?> record, long version, T otherwise) {
    Property property = properties.get(name);
    if (property == null) {
      property = new Property(kind, record, required, version);
      properties.put(name, property);
      required = false;
    }
    return property.found == null ? otherwise : (T) property.found;
  }

  @Override
  public JsonProperties required() {
    required = true;
    return this;
  }

  @Override
  public void version(long version) {
    required = true;
    Long unused = value(VERSION, Kind.VERSION, null, version, version);
  }

  @Override
  public String text(String name, String value) {
    return value(name, Kind.TEXT, null, 0, value);
  }

  @Override
  public boolean flag(String name, boolean value) {
    return value(name, Kind.FLAG, null, 0, value);
  }

  @Override
  public int number(String name, int value) {
    return Math.toIntExact(value(name, Kind.INT, null, 0, Long.valueOf(value)));
  }

  @Override
  public long number(String name, long value) {
    return value(name, Kind.LONG, null, 0, value);
  }

  @Override
  public long known(String name, long value) {
    return number(name, value);
  }

  @Override
  public List<String> texts(String name, List<String> value) {
    return value(name, Kind.TEXTS, null, 0, value);
  }

  @Override
  public Map<String, Long> numbers(String name, Map<String, Long> value) {
    return value(name, Kind.NUMBERS, null, 0, value);
  }

  @Override
  public <T> T object(String name, T value, JsonRecord<T> record) {
    return value(name, Kind.OBJECT, record, 0, value);
  }

  @Override
  public <T> List<T> objects(String name, List<T> value, JsonRecord<T> record) {
    return value(name, Kind.OBJECTS, record, 0, value);
  }
}
