package io.nsrun.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.nsrun.spec.SpecProblems;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * Walks through JSON and knows where it is. A value of the wrong type is reported, skipped, and
 * read as if it were not there. A name that an object has twice is no JSON, nor is what is nested
 * more than 1,000 deep. Not thread-safe.
 */
public final class JsonReader {
  private static final BigInteger LARGEST = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

  /** Of a value or name in a message. */
  private static final int LONGEST_QUOTE = 40;

  /** Of a path in a message; what a usual document has is far shorter. */
  private static final int LONGEST_PATH = 160;

  /** Nobody mends more at once. */
  private static final int MANY_PROBLEMS = 50;

  /** Reads the value that a document has. */
  public interface Body {
    /** Reads what is here: {@code json} is at the first token, which is not null. */
    void read(JsonReader json) throws IOException;
  }

  /**
   * Somewhere in a document.
   *
   * @param path as in {@code $.syscalls[3].args[0].op}
   * @param line from 1 on
   * @param column from 1 on, in bytes
   */
  public record Place(String path, int line, int column) {
    /** A property of the object here, which may be missing. */
    public Place property(String name) {
      return new Place(path + "." + name, line, column);
    }

    /** As messages have it. */
    @Override
    public String toString() {
      return path + ", line " + line + ", column " + column;
    }
  }

  private final JsonParser parser;
  private final String source;
  private final SpecProblems problems;
  private int found;

  private JsonReader(JsonParser parser, String source, SpecProblems problems) {
    this.parser = parser;
    this.source = source;
    this.problems = problems;
  }

  /**
   * Reads a document that has one value.
   *
   * @param content in UTF-8
   * @param source what problems call it
   * @param problems where they go
   * @return whether there was none
   */
  public static boolean read(byte[] content, String source, SpecProblems problems, Body body) {
    int before = problems.count();
    JsonFactory factory =
        JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
    try (JsonParser parser = factory.createParser(content)) {
      JsonReader json = new JsonReader(parser, source, problems);
      try {
        if (json.begin()) {
          body.read(json);
          json.end();
        }
      } catch (JsonProcessingException e) {
        json.notJson(e);
      }
    } catch (IOException e) {
      // The bytes are in memory: only their encoding can be wrong.
      problems.add(source, "is no text in UTF-8", "");
    }
    return problems.count() == before;
  }

  /** Where this is. */
  public Place place() {
    return place(parser.currentTokenLocation());
  }

  private Place place(JsonLocation at) {
    StringBuilder path = new StringBuilder();
    append(parser.getParsingContext(), path);
    if (path.length() > LONGEST_PATH) {
      path.setLength(LONGEST_PATH);
      path.append("...");
    }
    return new Place(path.toString(), at.getLineNr(), at.getColumnNr());
  }

  private static void append(JsonStreamContext context, StringBuilder path) {
    if (context.getParent() == null) {
      path.append('$');
      return;
    }
    append(context.getParent(), path);
    if (context.inArray()) {
      if (context.hasCurrentIndex()) {
        path.append('[').append(context.getCurrentIndex()).append(']');
      }
    } else if (context.getCurrentName() != null) {
      path.append('.').append(shortened(context.getCurrentName()));
    }
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "...";
  }

  /** Text as messages have it. */
  public static String quote(String text) {
    return '"' + shortened(text) + '"';
  }

  /** Reports a problem of the value here. */
  public void problem(String what, String remedy) {
    problem(place(), what, remedy);
  }

  /** Reports a problem of what is elsewhere. */
  public void problem(Place place, String what, String remedy) {
    // A file of nonsense would be told at full length otherwise.
    if (++found <= MANY_PROBLEMS) {
      problems.add(source + ": " + place, what, remedy);
    }
  }

  /** How many problems were reported. */
  public int found() {
    return found;
  }

  private void notJson(JsonProcessingException e) {
    // The place where something began is told with what the parser knows of its source: nothing.
    String message = e.getOriginalMessage().replaceFirst("(?s)( \\(start marker at .*|\n.*)$", "");
    JsonLocation at = e.getLocation() == null ? parser.currentLocation() : e.getLocation();
    problem(place(at), "is no JSON: " + message, "");
  }

  private boolean begin() throws IOException {
    if (parser.nextToken() == null) {
      problem("is empty", "");
      return false;
    }
    return !isNull("not an object");
  }

  private void end() throws IOException {
    if (parser.nextToken() != null) {
      problem("is followed by something else", "keep one value");
    }
  }

  /** Whether there is an object here to go through with {@link #nextField}. */
  public boolean isObject() throws IOException {
    return is(JsonToken.START_OBJECT, "an object");
  }

  /** Whether there is an array here to go through with {@link #nextElement}. */
  public boolean isArray() throws IOException {
    return is(JsonToken.START_ARRAY, "an array");
  }

  private boolean is(JsonToken wanted, String name) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == wanted) {
      return true;
    }
    if (token != JsonToken.VALUE_NULL) {
      wrongType(name);
    }
    return false;
  }

  private void wrongType(String wanted) throws IOException {
    String value =
        switch (parser.currentToken()) {
          case START_OBJECT -> "an object";
          case START_ARRAY -> "an array";
          case VALUE_STRING -> quote(parser.getText());
          default -> shortened(parser.getText());
        };
    problem(value + " is not " + wanted, "");
    parser.skipChildren();
  }

  /** Goes to the value of the next property; its name, or null at the end of the object. */
  public String nextField() throws IOException {
    String name = parser.nextFieldName();
    if (name != null) {
      parser.nextToken();
    }
    return name;
  }

  /** Goes to the next element; false at the end of the array. */
  public boolean nextElement() throws IOException {
    parser.nextToken();
    // To pass over it would be to take away a condition, and so to widen a rule.
    while (isNull("no element")) {
      parser.nextToken();
    }
    return parser.currentToken() != JsonToken.END_ARRAY;
  }

  /** Whether JSON's null is here. */
  boolean isNull() {
    return parser.currentToken() == JsonToken.VALUE_NULL;
  }

  private boolean isNull(String what) {
    boolean there = isNull();
    if (there) {
      problem("null is " + what, "");
    }
    return there;
  }

  /** Passes over the value here. */
  public void skip() throws IOException {
    parser.skipChildren();
  }

  /** The text here; null for JSON's null and for what is no text. */
  public String text() throws IOException {
    return is(JsonToken.VALUE_STRING, "a string") ? parser.getText() : null;
  }

  /** The texts of the array here. */
  public List<String> texts() throws IOException {
    List<String> result = new ArrayList<>();
    if (isArray()) {
      while (nextElement()) {
        String text = text();
        if (text != null) {
          result.add(text);
        }
      }
    }
    return result;
  }

  /** The truth value here; null for JSON's null and for what is none. */
  Boolean flag() throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_TRUE) {
      return true;
    }
    return is(JsonToken.VALUE_FALSE, "true or false") ? false : null;
  }

  /**
   * The unsigned number here, below 2^64; null for JSON's null and for what is no such number.
   *
   * @param range what one out of range is told, as in {@code "use 0 to 5"}
   */
  public Long number(String range) throws IOException {
    BigInteger value = whole();
    if (value != null && (value.signum() < 0 || value.compareTo(LARGEST) > 0)) {
      problem(shortened(parser.getText()) + " is out of range", range);
      return null;
    }
    return value == null ? null : value.longValue();
  }

  /** The number here that is at least {@code min} and at most {@code max}; else as above. */
  Long number(long min, long max) throws IOException {
    BigInteger value = whole();
    if (value != null
        && (value.compareTo(BigInteger.valueOf(min)) < 0
            || value.compareTo(BigInteger.valueOf(max)) > 0)) {
      problem(shortened(parser.getText()) + " is out of range", "use " + min + " to " + max);
      return null;
    }
    return value == null ? null : value.longValue();
  }

  private BigInteger whole() throws IOException {
    return is(JsonToken.VALUE_NUMBER_INT, "a whole number") ? parser.getBigIntegerValue() : null;
  }
}
