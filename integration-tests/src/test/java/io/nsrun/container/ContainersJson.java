package io.nsrun.container;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code ps} and {@code inspect} print as JSON, in the form that {@link Wish} has. */
final class ContainersJson {
  private static final Pattern ONE =
      Pattern.compile(
          "\"name\" : \"(?<name>[^\"]*)\".*?\"command\" : \\[ (?<command>.*?) \\].*?"
              + "\"status\" : \"(?<status>\\w+)\".*?"
              + "\"pid\" : (?<pid>\\d+).*?\"init_pid\" : (?<init>\\d+).*?"
              + "\"end\" : (null|\\{.*?\"exit_code\" : (?<code>\\d+))",
          Pattern.DOTALL);

  private static final Pattern PROCESS =
      Pattern.compile(
          "\"inside\" : (?<inside>\\d+).*?\"user\" : (?<user>-?\\d+).*?"
              + "\"command\" : \\[ (?<command>.*?) \\]",
          Pattern.DOTALL);

  private static final Pattern USAGE =
      Pattern.compile(
          "\"cpu_ms\":(?<cpu>\\d+).*\"memory_bytes\":(?<memory>\\d+).*\"processes\":(?<processes>\\d+)");

  private ContainersJson() {}

  /** What {@code top} prints. */
  static String processes(String json) {
    StringBuilder lines = new StringBuilder();
    Matcher each = PROCESS.matcher(json);
    while (each.find()) {
      lines.append(each.group("inside")).append(' ').append(each.group("user")).append(' ');
      lines.append(each.group("command").replace("\"", "").replace(", ", " ")).append('\n');
    }
    return lines.toString();
  }

  /** What {@code stats} prints. */
  static String usage(String json) {
    Matcher found = USAGE.matcher(json);
    return found.find()
        ? found.group("processes") + " " + found.group("memory") + " " + found.group("cpu")
        : "";
  }

  static String lines(String json, Wish.Verb verb) {
    StringBuilder lines = new StringBuilder();
    Matcher each = ONE.matcher(json);
    while (each.find()) {
      lines.append(each.group("name")).append(' ').append(each.group("status"));
      lines.append(each.group("code") == null ? "" : " " + each.group("code"));
      lines.append('\n');
      if (verb == Wish.Verb.LOOK) {
        lines.append(each.group("pid")).append(' ').append(each.group("init")).append('\n');
        lines.append('[').append(each.group("command").replace("\"", "")).append(']');
      }
    }
    return lines.toString();
  }
}
