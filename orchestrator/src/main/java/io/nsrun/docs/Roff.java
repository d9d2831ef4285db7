package io.nsrun.docs;

/** Writes roff with the man macros; see man(7) and groff_man(7). */
final class Roff {
  private final StringBuilder out = new StringBuilder();
  private boolean atStart;

  /** The line that begins a page. */
  Roff title(String name, String date) {
    // A date with escaped hyphens is none to mandoc.
    out.append(".TH \"").append(escape(name)).append("\" \"1\" \"").append(date);
    out.append("\" \"nsrun\" \"User Commands\"\n");
    return this;
  }

  Roff section(String title) {
    out.append(".SH \"").append(escape(title)).append("\"\n");
    atStart = true;
    return this;
  }

  /** Begins a paragraph; the first one of a section needs no macro. */
  Roff paragraph() {
    if (!atStart) {
      out.append(".PP\n");
    }
    return this;
  }

  /** Begins a paragraph whose first line is a term. */
  Roff term() {
    return request("TP");
  }

  /** Begins text that is printed as it stands. */
  Roff beginExample() {
    return request("EX");
  }

  Roff endExample() {
    return request("EE");
  }

  private Roff request(String name) {
    out.append('.').append(name).append('\n');
    atStart = false;
    return this;
  }

  /** A line of text. */
  Roff text(String text) {
    return raw(escape(text));
  }

  /** A line that holds escapes already. */
  Roff raw(String line) {
    // A full stop or apostrophe would make the line a request.
    if (line.startsWith(".") || line.startsWith("'")) {
      out.append("\\&");
    }
    out.append(line).append('\n');
    atStart = false;
    return this;
  }

  static String bold(String text) {
    return "\\fB" + escape(text) + "\\fR";
  }

  static String italic(String text) {
    return "\\fI" + escape(text) + "\\fR";
  }

  /**
   * Text that comes out as it is: a hyphen stays one, so that an option can be searched for and
   * copied.
   */
  static String escape(String text) {
    return text.replace("\\", "\\e")
        .replace("-", "\\-")
        .replace("'", "\\(aq")
        .replace("`", "\\(ga")
        .replace("~", "\\(ti")
        .replace("^", "\\(ha");
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
