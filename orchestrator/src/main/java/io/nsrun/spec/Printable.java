package io.nsrun.spec;

/**
 * Text for a person's terminal, which control characters of somebody else could reprogram, and
 * formatting characters could make read as something else.
 */
public final class Printable {
  private static final String HEX = "0123456789abcdef";

  private Printable() {}

  /**
   * The text with an escape, as bash(1) reads it between {@code $'} and {@code '}, in the place of
   * each character that is not to be shown: those that {@link #isHidden}, and bytes that are no
   * UTF-8 ({@link OsString}).
   */
  public static String of(String text) {
    for (int i = 0; i < text.length(); i++) {
      char letter = text.charAt(i);
      if (letter < ' ' || (letter >= 0x7f && (letter < 0xa0 || isHiddenAt(text, i)))) {
        return escape(text, i);
      }
    }
    return text;
  }

  private static boolean isHiddenAt(String text, int at) {
    return isHidden(text.codePointAt(at))
        // The second half of a pair is not the start of a character.
        && !(at > 0 && Character.isSurrogatePair(text.charAt(at - 1), text.charAt(at)));
  }

  /**
   * Whether a character is a control, one of formatting (marks of direction, joiners, tags, ...), a
   * separator of lines or paragraphs, or half a pair.
   */
  public static boolean isHidden(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }

  private static String escape(String text, int start) {
    StringBuilder shown = new StringBuilder(text.length() + 16).append(text, 0, start);
    int at = start;
    while (at < text.length()) {
      int codePoint = text.codePointAt(at);
      if (!isHidden(codePoint)) {
        shown.appendCodePoint(codePoint);
      } else if (codePoint < 0x80 || OsString.isEscape(text, at)) {
        number(shown.append("\\x"), codePoint, 2);
      } else if (codePoint <= 0xffff) {
        number(shown.append("\\u"), codePoint, 4);
      } else {
        number(shown.append("\\U"), codePoint, 8);
      }
      at += Character.charCount(codePoint);
    }
    return shown.toString();
  }

  private static void number(StringBuilder out, int value, int digits) {
    for (int i = digits - 1; i >= 0; i--) {
      out.append(HEX.charAt((value >> (4 * i)) & 0xf));
    }
  }
}
