package io.nsrun.cli;

import io.nsrun.engine.DetachedContainer;
import io.nsrun.spec.Decimal;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.Suggestion;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Which containers are listed. As with Docker, one value of each key is enough, and each key is
 * asked for.
 */
final class PsFilter {
  /** What may be asked for. */
  private enum Key {
    NAME,
    ID,
    STATUS,
    EXITED
  }

  private static final int MOST_CODE = 255;

  private final Map<Key, List<String>> wanted = new EnumMap<>(Key.class);

  private PsFilter() {}

  /**
   * One of such words as {@code name=web}.
   *
   * @throws ExplainedException if one is no such word
   */
  static PsFilter of(List<String> words) throws ExplainedException {
    PsFilter filter = new PsFilter();
    for (String word : words) {
      int at = word.indexOf('=');
      Key key = key(at < 0 ? word : word.substring(0, at), at >= 0);
      String value = word.substring(at + 1);
      check(key, value);
      filter.wanted.computeIfAbsent(key, none -> new ArrayList<>()).add(value);
    }
    return filter;
  }

  private static Key key(String name, boolean hasValue) throws ExplainedException {
    for (Key key : Key.values()) {
      if (key.name().toLowerCase(Locale.ROOT).equals(name) && hasValue) {
        return key;
      }
    }
    throw new ExplainedException(
        "--filter: \""
            + name
            + "\" is no filter (name=PART, id=BEGIN, status=STATUS or exited=CODE is expected)",
        "");
  }

  private static void check(Key key, String value) throws ExplainedException {
    if (key == Key.STATUS && !statuses().contains(value)) {
      String nearest = Suggestion.nearest(value, statuses());
      throw new ExplainedException(
          "--filter: \""
              + value
              + "\" is no status ("
              + String.join(", ", statuses())
              + " are those there are)",
          nearest == null ? "" : "did you mean " + nearest + "?");
    }
    if (key == Key.EXITED && Decimal.parse(value, MOST_CODE) < 0) {
      throw new ExplainedException(
          "--filter: \"" + value + "\" is no exit code (0 to 255 is expected)", "");
    }
  }

  private static List<String> statuses() {
    List<String> names = new ArrayList<>();
    for (DetachedContainer.Status status : DetachedContainer.Status.values()) {
      names.add(name(status));
    }
    return names;
  }

  private static String name(DetachedContainer.Status status) {
    return status.name().toLowerCase(Locale.ROOT);
  }

  /** Whether those that have ended are asked for, or not, by what they do. */
  boolean isOfStatus() {
    return wanted.containsKey(Key.STATUS) || wanted.containsKey(Key.EXITED);
  }

  boolean lets(DetachedContainer container) {
    for (Map.Entry<Key, List<String>> each : wanted.entrySet()) {
      boolean found = false;
      for (String value : each.getValue()) {
        found |= is(container, each.getKey(), value);
      }
      if (!found) {
        return false;
      }
    }
    return true;
  }

  private static boolean is(DetachedContainer container, Key key, String value) {
    return switch (key) {
      case NAME -> container.name().contains(value);
      case ID -> container.id().startsWith(value);
      case STATUS -> name(container.status()).equals(value);
      case EXITED ->
          container.status() == DetachedContainer.Status.EXITED
              && container.end().exitCode() == Integer.parseInt(value);
    };
  }
}
