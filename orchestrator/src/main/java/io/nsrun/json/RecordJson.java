package io.nsrun.json;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.nsrun.spec.Blob;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * Any record as JSON, and back, by its components: for values of many types that this program alone
 * writes and reads, and of one version of it.
 *
 * <p>A component is a number, a truth value, a string, an enum, a {@link Duration} in nanoseconds,
 * a {@link Blob}, a list, set or map of such, another record, or one of a sealed interface, whose
 * name comes first.
 */
public final class RecordJson {
  private static final String TYPE = "type";

  private RecordJson() {}

  /** One line, ended, in ASCII. */
  public static byte[] encode(Record value) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(4096);
    try (JsonGenerator json = new JsonFactory().createGenerator(out, JsonEncoding.UTF8)) {
      // Bytes that are no UTF-8 are lone surrogates.
      json.setHighestNonEscapedChar(0x7f);
      write(json, value, value.getClass());
    }
    out.write('\n');
    return out.toByteArray();
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IOException with what is wrong, if it is anything else
   */
  public static <T extends Record> T decode(byte[] content, Class<T> type) throws IOException {
    try (JsonParser json = new JsonFactory().createParser(content)) {
      json.nextToken();
      T value = type.cast(read(json, type));
      if (value == null || json.nextToken() != null) {
        throw new IOException("it is more, or less, than one object");
      }
      return value;
    } catch (JsonProcessingException e) {
      throw new IOException(e.getOriginalMessage(), e);
    } catch (IllegalArgumentException | NullPointerException | ClassCastException e) {
      throw new IOException("it has a value that can't be: " + e.getMessage(), e);
    }
  }

  private static void write(JsonGenerator json, Object value, Type declared) throws IOException {
    if (value == null) {
      json.writeNull();
    } else if (value instanceof Record record) {
      writeRecord(json, record, declared);
    } else if (value instanceof Map<?, ?> map) {
      json.writeStartObject();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        json.writeFieldName(
            entry.getKey() instanceof Enum<?> key ? key.name() : (String) entry.getKey());
        write(json, entry.getValue(), argument(declared, 1));
      }
      json.writeEndObject();
    } else if (value instanceof Collection<?> all) {
      json.writeStartArray();
      for (Object each : all) {
        write(json, each, argument(declared, 0));
      }
      json.writeEndArray();
    } else if (value instanceof Boolean flag) {
      json.writeBoolean(flag);
    } else if (value instanceof Number number) {
      json.writeNumber(number.longValue());
    } else if (value instanceof Enum<?> constant) {
      json.writeString(constant.name());
    } else if (value instanceof Blob blob) {
      json.writeString(Base64.getEncoder().encodeToString(blob.toByteArray()));
    } else if (value instanceof Duration duration) {
      json.writeNumber(duration.toNanos());
    } else if (value instanceof String text) {
      json.writeString(text);
    } else {
      throw new IllegalArgumentException("no JSON for " + value.getClass());
    }
  }

  private static void writeRecord(JsonGenerator json, Record record, Type declared)
      throws IOException {
    json.writeStartObject();
    if (declared instanceof Class<?> type && type.isSealed()) {
      json.writeStringField(TYPE, record.getClass().getSimpleName());
    }
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      json.writeFieldName(component.getName());
      write(json, get(record, component), component.getGenericType());
    }
    json.writeEndObject();
  }

  private static Object get(Record record, RecordComponent component) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(record);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Type argument(Type type, int index) {
    return ((ParameterizedType) type).getActualTypeArguments()[index];
  }

  private static Object read(JsonParser json, Type type) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      return null;
    }
    if (type instanceof ParameterizedType generic) {
      return generic.getRawType() == Map.class ? readMap(json, generic) : readAll(json, generic);
    }
    Class<?> plain = (Class<?>) type;
    if (plain.isRecord() || plain.isSealed()) {
      return readRecord(json, plain);
    }
    if (plain == boolean.class || plain == Boolean.class) {
      return json.getBooleanValue();
    }
    if (plain == int.class || plain == Integer.class) {
      return json.getIntValue();
    }
    if (plain == long.class || plain == Long.class) {
      return json.getLongValue();
    }
    if (plain == Duration.class) {
      // Not as text, which a regular expression would read that needs milliseconds to be made.
      return Duration.ofNanos(json.getLongValue());
    }
    return parsed(text(json), plain);
  }

  private static String text(JsonParser json) throws IOException {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw new IOException("a string is expected where there is " + json.currentToken());
    }
    return json.getText();
  }

  private static Object parsed(String text, Class<?> type) {
    if (type == String.class) {
      return text;
    }
    if (type == Blob.class) {
      return Blob.copyOf(Base64.getDecoder().decode(text));
    }
    for (Object constant : type.getEnumConstants()) {
      if (((Enum<?>) constant).name().equals(text)) {
        return constant;
      }
    }
    throw new IllegalArgumentException("no " + type.getSimpleName() + " is called " + text);
  }

  private static Map<Object, Object> readMap(JsonParser json, ParameterizedType type)
      throws IOException {
    expect(json, JsonToken.START_OBJECT);
    Map<Object, Object> map = new LinkedHashMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      Object key = parsed(json.currentName(), (Class<?>) argument(type, 0));
      json.nextToken();
      map.put(key, read(json, argument(type, 1)));
    }
    return map;
  }

  private static Collection<Object> readAll(JsonParser json, ParameterizedType type)
      throws IOException {
    expect(json, JsonToken.START_ARRAY);
    Collection<Object> all =
        type.getRawType() == List.class ? new ArrayList<>() : new LinkedHashSet<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      all.add(read(json, argument(type, 0)));
    }
    return all;
  }

  private static void expect(JsonParser json, JsonToken token) throws IOException {
    if (json.currentToken() != token) {
      throw new IOException(token + " is expected where there is " + json.currentToken());
    }
  }

  private static Object readRecord(JsonParser json, Class<?> declared) throws IOException {
    expect(json, JsonToken.START_OBJECT);
    Class<?> type = declared;
    if (declared.isSealed()) {
      if (!TYPE.equals(json.nextFieldName())) {
        throw new IOException("the " + TYPE + " of a " + declared.getSimpleName() + " is missing");
      }
      json.nextToken();
      type = permitted(declared, text(json));
    }
    RecordComponent[] components = type.getRecordComponents();
    Object[] values = new Object[components.length];
    boolean[] there = new boolean[components.length];
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      json.nextToken();
      int index = index(components, name);
      values[index] = read(json, components[index].getGenericType());
      there[index] = true;
    }
    for (int i = 0; i < there.length; i++) {
      // What another version has not asked for is not to be taken for no.
      if (!there[i]) {
        throw new IOException("the property " + components[i].getName() + " is missing");
      }
    }
    return make(type, components, values);
  }

  private static Class<?> permitted(Class<?> declared, String name) throws IOException {
    for (Class<?> type : declared.getPermittedSubclasses()) {
      if (type.getSimpleName().equals(name) && type.isRecord()) {
        return type;
      }
    }
    throw new IOException("there is no " + declared.getSimpleName() + " " + name);
  }

  private static int index(RecordComponent[] components, String name) throws IOException {
    for (int i = 0; i < components.length; i++) {
      if (components[i].getName().equals(name)) {
        return i;
      }
    }
    throw new IOException("the property " + name + " is not known");
  }

  private static Object make(Class<?> type, RecordComponent[] components, Object[] values)
      throws IOException {
    Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < types.length; i++) {
      types[i] = components[i].getType();
    }
    try {
      var constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      throw new IOException("it has a value that can't be: " + e.getCause().getMessage(), e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
