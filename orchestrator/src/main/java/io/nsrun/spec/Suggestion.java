package io.nsrun.spec;

import java.util.List;

/** Guesses what a mistyped word was to be. */
public final class Suggestion {
  private Suggestion() {}

  /**
   * The word of {@code known} that takes the fewest letters inserted, dropped or replaced to become
   * {@code word}.
   *
   * @return null if none is near: more than a third of the letters would have to change, or there
   *     are fewer than three
   */
  public static String nearest(String word, List<String> known) {
    if (word.length() < 3) {
      return null;
    }
    String best = null;
    int least = 1 + Math.max(1, word.length() / 3);
    for (String candidate : known) {
      int distance = distance(word, candidate);
      if (distance < least) {
        least = distance;
        best = candidate;
      }
    }
    return best;
  }

  /** Levenshtein's distance, a row at a time. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replace, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
