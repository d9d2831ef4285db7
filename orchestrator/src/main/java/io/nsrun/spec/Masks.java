package io.nsrun.spec;

import java.util.List;

/**
 * Which paths of the container are hidden, or read-only, against the defaults.
 *
 * @param hidden absolute paths that are hidden besides; one that is missing is passed over
 * @param shown absolute paths that the defaults would hide or make read-only, and that stay as they
 *     are; {@code *} stands for any characters but a slash
 * @param allShown whether the defaults hide nothing and make nothing read-only
 */
public record Masks(List<String> hidden, List<String> shown, boolean allShown) {
  /** As the engines do it. */
  public static final Masks DEFAULT = new Masks(List.of(), List.of(), false);

  public Masks {
    hidden = List.copyOf(hidden);
    shown = List.copyOf(shown);
  }

  /**
   * Whether they are the defaults. Not a record's own {@code equals}: what the JDK makes that of
   * costs the first who asks some 20 ms.
   */
  public boolean areDefault() {
    return hidden.isEmpty() && shown.isEmpty() && !allShown;
  }

  /** Whether a path that the defaults protect stays as it is. */
  public boolean shows(String path) {
    if (allShown) {
      return true;
    }
    for (int i = 0; i < shown.size(); i++) {
      if (matches(shown.get(i), path)) {
        return true;
      }
    }
    return false;
  }

  /** Whether {@code path} is what {@code pattern} says; see {@link #shown}. */
  public static boolean matches(String pattern, String path) {
    return matches(pattern, 0, path, 0);
  }

  private static boolean matches(String pattern, int from, String path, int at) {
    int p = from;
    int i = at;
    while (p < pattern.length() && pattern.charAt(p) != '*') {
      if (i == path.length() || path.charAt(i) != pattern.charAt(p)) {
        return false;
      }
      p++;
      i++;
    }
    if (p == pattern.length()) {
      return i == path.length();
    }
    for (int end = i; ; end++) {
      if (matches(pattern, p + 1, path, end)) {
        return true;
      }
      if (end == path.length() || path.charAt(end) == '/') {
        return false;
      }
    }
  }
}
