package io.nsrun.spec;

import java.util.Arrays;
import java.util.List;

/**
 * A text for people that refers to parts of a {@link Spec}, which a {@link Dialect} names when the
 * text is shown. Immutable.
 */
public final class Text {
  /** No text. */
  public static final Text EMPTY = new Text("");

  private final Object[] parts;

  private Text(Object... parts) {
    this.parts = parts;
  }

  /**
   * A field that is given a value.
   *
   * @param value one word, or the parts of it
   */
  public record Setting(SpecField field, List<String> value) {
    public Setting {
      value = List.copyOf(value);
    }
  }

  /**
   * The parts, one after the other.
   *
   * @param parts a {@link SpecField} or {@link Setting} is a reference, a {@link Text} may have
   *     some; anything else is taken by its letters
   */
  public static Text of(Object... parts) {
    Object[] known = parts.clone();
    for (int i = 0; i < known.length; i++) {
      if (!(known[i] instanceof SpecField
          || known[i] instanceof Setting
          || known[i] instanceof Text)) {
        known[i] = String.valueOf(known[i]);
      }
    }
    return new Text(known);
  }

  /** Whether there is nothing to show. */
  public boolean isEmpty() {
    for (int i = 0; i < parts.length; i++) {
      boolean empty =
          parts[i] instanceof Text text
              ? text.isEmpty()
              : parts[i] instanceof String s && s.isEmpty();
      if (!empty) {
        return false;
      }
    }
    return true;
  }

  /** As whoever speaks {@code dialect} is to read it. */
  public String in(Dialect dialect) {
    StringBuilder text = new StringBuilder();
    append(dialect, text);
    return text.toString();
  }

  private void append(Dialect dialect, StringBuilder to) {
    for (int i = 0; i < parts.length; i++) {
      if (parts[i] instanceof SpecField field) {
        to.append(dialect.name(field));
      } else if (parts[i] instanceof Setting setting) {
        to.append(dialect.setting(setting.field(), setting.value()));
      } else if (parts[i] instanceof Text text) {
        text.append(dialect, to);
      } else {
        to.append(parts[i]);
      }
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Text text && Arrays.equals(parts, text.parts);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(parts);
  }

  /** In plain words. */
  @Override
  public String toString() {
    return in(Dialect.WORDS);
  }
}
