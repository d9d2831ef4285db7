package io.nsrun.seccomp;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import io.nsrun.spec.SpecProblems;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * Walks through JSON and knows where it is. A value of the wrong type is reported, skipped, and
 * read as if it were not there.
 */
final class ProfileJson {
  private static final BigInteger LARGEST = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

  /** Of a value or name in a message. */
  private static final int LONGEST_QUOTE = 40;

  /** Of a path in a message; what a profile has is far shorter. */
  private static final int LONGEST_PATH = 160;

  /** Far below it the kernel's limit on instructions is reached. */
  private static final int MANY_PROBLEMS = 50;

  private final JsonParser parser;
  private final String source;
  private final SpecProblems problems;
  private int found;

  ProfileJson(JsonParser parser, String source, SpecProblems problems) {
    this.parser = parser;
    this.source = source;
    this.problems = problems;
  }

  /** Where this is, as in {@code $.syscalls[3].args[0].op}. */
  String path() {
    StringBuilder path = new StringBuilder();
    append(parser.getParsingContext(), path);
    return path.length() <= LONGEST_PATH
        ? path.toString()
        : path.substring(0, LONGEST_PATH) + "...";
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
  static String quote(String text) {
    return '"' + shortened(text) + '"';
  }

  /** Reports a problem of what is at {@code path}. */
  void problem(String path, String what, String remedy) {
    // A file of nonsense would be told at full length otherwise.
    if (++found <= MANY_PROBLEMS) {
      problems.add(source + ": " + path, what, remedy);
    }
  }

  /** How many problems were reported. */
  int found() {
    return found;
  }

  /** Reports that the text is no JSON. */
  void notJson(JsonProcessingException e) {
    // The place where something began is told with what the parser knows of its source: nothing.
    String message = e.getOriginalMessage().replaceFirst("(?s)( \\(start marker at .*|\n.*)$", "");
    problem(
        path(),
        "is no JSON: " + message,
        e.getLocation() == null
            ? ""
            : "line " + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr());
  }

  /** Goes to the first value. */
  boolean begin() throws IOException {
    if (parser.nextToken() == null) {
      problem("$", "is empty", "");
      return false;
    }
    return !isNull("not an object");
  }

  /** Reports what follows the last value. */
  void end() throws IOException {
    if (parser.nextToken() != null) {
      problem("$", "is followed by something else", "keep one value");
    }
  }

  /** Whether there is an object here to go through with {@link #nextField}. */
  boolean isObject() throws IOException {
    return is(JsonToken.START_OBJECT, "an object");
  }

  /** Whether there is an array here to go through with {@link #nextElement}. */
  boolean isArray() throws IOException {
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
    String found =
        switch (parser.currentToken()) {
          case START_OBJECT -> "an object";
          case START_ARRAY -> "an array";
          case VALUE_STRING -> quote(parser.getText());
          default -> shortened(parser.getText());
        };
    problem(path(), found + " is not " + wanted, "");
    parser.skipChildren();
  }

  /** Goes to the value of the next property; its name, or null at the end of the object. */
  String nextField() throws IOException {
    String name = parser.nextFieldName();
    if (name != null) {
      parser.nextToken();
    }
    return name;
  }

  /** Goes to the next element; false at the end of the array. */
  boolean nextElement() throws IOException {
    parser.nextToken();
    // To pass over it would be to take away a condition, and so to widen a rule.
    while (isNull("no element")) {
      parser.nextToken();
    }
    return parser.currentToken() != JsonToken.END_ARRAY;
  }

  private boolean isNull(String what) {
    boolean there = parser.currentToken() == JsonToken.VALUE_NULL;
    if (there) {
      problem(path(), "null is " + what, "");
    }
    return there;
  }

  /** Passes over the value here. */
  void skip() throws IOException {
    parser.skipChildren();
  }

  /** The text here; null for JSON's null and for what is no text. */
  String text() throws IOException {
    return is(JsonToken.VALUE_STRING, "a string") ? parser.getText() : null;
  }

  /** The texts of the array here. */
  List<String> texts() throws IOException {
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

  /**
   * The unsigned number here, below 2^64; null for JSON's null and for what is no such number.
   *
   * @param range what one out of range is told, as in {@code "use 0 to 5"}
   */
  Long number(String range) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.VALUE_NULL) {
      return null;
    }
    if (token != JsonToken.VALUE_NUMBER_INT) {
      wrongType("a whole number");
      return null;
    }
    BigInteger value = parser.getBigIntegerValue();
    if (value.signum() < 0 || value.compareTo(LARGEST) > 0) {
      problem(path(), shortened(parser.getText()) + " is out of range", range);
      return null;
    }
    return value.longValue();
  }
}
