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

  private ContainersJson() {}

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
