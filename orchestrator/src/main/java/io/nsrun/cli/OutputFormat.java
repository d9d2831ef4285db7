package io.nsrun.cli;

import io.nsrun.spec.ExplainedException;

/** What {@code --format} says. */
final class OutputFormat {
  private OutputFormat() {}

  /**
   * Whether JSON is asked for; text is the default.
   *
   * @throws ExplainedException for any other format
   */
  static boolean isJson(OptionValues values) throws ExplainedException {
    String format = values.value(RunOption.FORMAT);
    if (format == null || format.equals("text")) {
      return false;
    }
    if (format.equals("json")) {
      return true;
    }
    throw new ExplainedException(
        "--format: \"" + format + "\" is no format (text or json is expected)", "");
  }
}
