package io.nsrun.cli;

import io.nsrun.engine.Attachment;
import io.nsrun.spec.ExplainedException;
import java.io.ByteArrayOutputStream;

/**
 * What {@code --detach-keys} names: keys with commas between them, each a letter or ctrl-LETTER.
 */
final class DetachKeys {
  static final String DEFAULT = "ctrl-p,ctrl-q";

  private static final String CONTROL = "ctrl-";

  /** Keys have the code of the character that is so far above them. */
  private static final int ABOVE = 0x40;

  private DetachKeys() {}

  /**
   * The bytes that a terminal sends for them; none if the text is empty.
   *
   * @throws ExplainedException if it is something else
   */
  static byte[] parse(String text) throws ExplainedException {
    ByteArrayOutputStream keys = new ByteArrayOutputStream();
    if (!text.isEmpty()) {
      for (String key : text.split(",", -1)) {
        keys.write(key(key, text));
      }
    }
    if (keys.size() > Attachment.MOST_KEYS) {
      throw new ExplainedException(
          "--detach-keys: " + keys.size() + " keys; at most " + Attachment.MOST_KEYS, "");
    }
    return keys.toByteArray();
  }

  private static int key(String key, String text) throws ExplainedException {
    if (key.length() == 1 && key.charAt(0) > ' ' && key.charAt(0) < 0x7f) {
      return key.charAt(0);
    }
    if (key.length() == CONTROL.length() + 1 && key.startsWith(CONTROL)) {
      int code = Character.toUpperCase(key.charAt(CONTROL.length())) - ABOVE;
      if (code >= 0 && code < ' ') {
        return code;
      }
    }
    throw new ExplainedException(
        "--detach-keys: \"" + text + "\": \"" + key + "\" is no key",
        "a character, or ctrl- and one of a-z @ [ \\ ] ^ _ is expected; commas stand between them");
  }
}
