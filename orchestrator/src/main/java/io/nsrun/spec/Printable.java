package io.nsrun.spec;

/** Text for a person's terminal, which control characters of somebody else could reprogram. */
public final class Printable {
  private Printable() {}

  /** The text with a question mark in the place of each control character. */
  public static String of(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isISOControl(text.charAt(i))) {
        return replace(text);
      }
    }
    return text;
  }

  private static String replace(String text) {
    char[] chars = text.toCharArray();
    for (int i = 0; i < chars.length; i++) {
      if (Character.isISOControl(chars[i])) {
        chars[i] = '?';
      }
    }
    return new String(chars);
  }
}
