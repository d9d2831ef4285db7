package io.nsrun.json;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.nsrun.spec.SpecProblems;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/**
 * How values of a type are JSON objects: their properties, described once for writing and reading.
 *
 * <p>A property that is not known is skipped. One that is not there, or null, has the value that
 * {@code blank} has, unless it is required.
 *
 * @param <T> an immutable type
 */
public abstract class JsonRecord<T> {
  private final T blank;

  /**
   * @param blank has the values of all properties that are not there
   */
  protected JsonRecord(T blank) {
    this.blank = blank;
  }

  /**
   * Names every property in the order of writing.
   *
   * @return a value made of what {@code json} gave for each
   */
  protected abstract T properties(JsonProperties json, T value) throws IOException;

  /** Has the values of all properties that are not there. */
  public T blank() {
    return blank;
  }

  /** One line, ended, in UTF-8. */
  public byte[] encode(T value) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(2048);
    try (JsonGenerator json = new JsonFactory().createGenerator(out, JsonEncoding.UTF8)) {
      new PropertyWriter(json).object(value, this);
    }
    out.write('\n');
    return out.toByteArray();
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @param source what problems call it
   * @param problems where they go
   * @return null if there was one
   */
  public T decode(byte[] content, String source, SpecProblems problems) {
    Decoded<T> decoded = new Decoded<>(this);
    return JsonReader.read(content, source, problems, decoded) ? decoded.value : null;
  }

  private static final class Decoded<T> implements JsonReader.Body {
    private final JsonRecord<T> record;
    private T value;

    private Decoded(JsonRecord<T> record) {
      this.record = record;
    }

    @Override
    public void read(JsonReader json) throws IOException {
      value = PropertyReader.object(json, record);
    }
  }
}
