package io.nsrun.spec;

import java.util.List;
import java.util.Locale;

/**
 * How whoever asked for a container names the parts of its {@link Spec}: a command line by options,
 * config.json by paths, Java by methods. Each door has its own; no room below knows any.
 */
public interface Dialect {
  /** In plain words, for what is never shown through a door: exceptions on their own, debuggers. */
  Dialect WORDS =
      new Dialect() {
        @Override
        public String name(SpecField field) {
          return field.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }

        @Override
        public String setting(SpecField field, List<String> value) {
          return name(field) + " \"" + String.join(":", value) + '"';
        }
      };

  /** What the field is called. */
  String name(SpecField field);

  /**
   * How the field is given a value.
   *
   * @param value one word, or the parts of it
   */
  String setting(SpecField field, List<String> value);
}
