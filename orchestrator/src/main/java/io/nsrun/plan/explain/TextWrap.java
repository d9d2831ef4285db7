package io.nsrun.plan.explain;

import java.util.ArrayList;
import java.util.List;

/** Breaks prose into lines at blanks. */
public final class TextWrap {
  private TextWrap() {}

  /**
   * Breaks a paragraph; runs of blanks count as one. A word that is longer than a line stays whole.
   *
   * @param text without line breaks
   * @param width most characters in a line, indentation included
   * @param first what the first line starts with
   * @param rest what every other line starts with
   * @return at least one line
   */
  public static List<String> wrap(String text, int width, String first, String rest) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder(first);
    boolean empty = true;
    for (String word : text.trim().split(" +", -1)) {
      if (!empty && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line = new StringBuilder(rest);
        empty = true;
      }
      if (!empty) {
        line.append(' ');
      }
      line.append(word);
      empty = false;
    }
    lines.add(line.toString().stripTrailing());
    return lines;
  }
}
