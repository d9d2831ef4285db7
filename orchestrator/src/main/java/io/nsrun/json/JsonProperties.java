package io.nsrun.json;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * The properties of an object, each named with the value that it has. Whoever writes is given the
 * values, and gives them back; whoever reads gives what the document has, and the value that it is
 * given where the document has none.
 */
public interface JsonProperties {
  /** The property that is named next must be there. */
  JsonProperties required();

  /** Property {@code version}, which must be there and have this value. */
  void version(long version) throws IOException;

  /** A text. */
  String text(String name, String value) throws IOException;

  /** True or false. */
  boolean flag(String name, boolean value) throws IOException;

  /** A whole number. */
  int number(String name, int value) throws IOException;

  /** A whole number. */
  long number(String name, long value) throws IOException;

  /** A whole number that is not negative; -1 stands for null. */
  long known(String name, long value) throws IOException;

  /** An array of texts. */
  List<String> texts(String name, List<String> value) throws IOException;

  /** An object that has a whole number by each name. */
  Map<String, Long> numbers(String name, Map<String, Long> value) throws IOException;

  /** An object, or null. */
  <T> T object(String name, T value, JsonRecord<T> record) throws IOException;

  /** An array of objects. */
  <T> List<T> objects(String name, List<T> value, JsonRecord<T> record) throws IOException;
}
