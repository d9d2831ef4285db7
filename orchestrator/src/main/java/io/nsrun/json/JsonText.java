package io.nsrun.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.nsrun.spec.Printable;
import java.io.IOException;

/** Strings of JSON that may be shown on a terminal, and have bytes that are no UTF-8. */
public final class JsonText {
  private JsonText() {}

  /** Writes a value: in ASCII if there is anything in it that is not to be shown as it is. */
  public static void write(JsonGenerator json, String text) throws IOException {
    if (Printable.of(text).equals(text)) {
      json.writeString(text);
      return;
    }
    json.setHighestNonEscapedChar(0x7f);
    json.writeString(text);
    json.setHighestNonEscapedChar(0);
  }

  /** Writes a field. */
  public static void write(JsonGenerator json, String name, String text) throws IOException {
    json.writeFieldName(name);
    write(json, text);
  }
}
