package io.nsrun.cli;

import io.nsrun.spec.Printable;
import java.io.PrintWriter;
import java.util.List;

/** Rows of words in columns as wide as they need. */
final class TextTable {
  private static final int GAP = 3;

  private TextTable() {}

  /**
   * Prints them.
   *
   * @param rows as many words each; the first one is the heading
   */
  static void print(List<String[]> rows, PrintWriter out) {
    print(rows, "", out);
  }

  /**
   * As {@link #print(List, PrintWriter)}.
   *
   * @param end what comes before the end of each line
   */
  static void print(List<String[]> rows, String end, PrintWriter out) {
    int columns = rows.get(0).length;
    int[] widths = new int[columns];
    for (String[] row : rows) {
      for (int i = 0; i < columns; i++) {
        row[i] = Printable.of(row[i]);
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns - 1; i++) {
        line.append(row[i]).append(" ".repeat(widths[i] - row[i].length() + GAP));
      }
      out.println(line.append(row[columns - 1]).append(end));
    }
  }
}
