package io.nsrun.cli;

import io.nsrun.spec.IoMessages;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.OsString;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;

/** Puts the command's environment together: nothing of the caller's gets in unless it was named. */
final class EnvironmentBuilder {
  private static final int LARGEST_FILE = 16 << 20;

  private final Map<String, String> caller;
  private final SpecProblems problems;
  private final Map<String, String> environment;

  /**
   * @param caller the caller's own variables
   * @param defaults the variables that there are already; to be changed
   * @param problems where what is wrong goes
   */
  EnvironmentBuilder(
      Map<String, String> caller, Map<String, String> defaults, SpecProblems problems) {
    this.caller = caller;
    this.environment = defaults;
    this.problems = problems;
  }

  /** Sets a variable, in place of what it was. */
  void set(String name, String value) {
    environment.put(name, value);
  }

  /** Adds what the option {@code --env} says. */
  void addAll(List<String> assignments) {
    for (int i = 0; i < assignments.size(); i++) {
      add(assignments.get(i));
    }
  }

  private void add(String assignment) {
    int equals = assignment.indexOf('=');
    if (equals >= 0) {
      environment.put(assignment.substring(0, equals), assignment.substring(equals + 1));
      return;
    }
    if (assignment.isEmpty()) {
      problems.add(SpecField.ENV, "a variable without a name", "NAME=VALUE is expected");
      return;
    }
    String value = caller.get(assignment);
    if (value != null) {
      environment.put(assignment, value);
    }
  }

  /** Adds the lines of a file; those that are blank or begin with # are comments. */
  void addFile(String file) {
    String text = read(file);
    int number = 0;
    int start = 0;
    while (start < text.length()) {
      int newline = text.indexOf('\n', start);
      int end = newline < 0 ? text.length() : newline;
      addLine(file, ++number, text.substring(start, end));
      start = end + 1;
    }
  }

  private void addLine(String file, int number, String raw) {
    String line = raw.endsWith("\r") ? raw.substring(0, raw.length() - 1) : raw;
    String trimmed = line.stripLeading();
    if (trimmed.isEmpty() || trimmed.charAt(0) == '#') {
      return;
    }
    int equals = trimmed.indexOf('=');
    String name = equals < 0 ? trimmed : trimmed.substring(0, equals);
    if (name.isEmpty() || name.indexOf(' ') >= 0 || name.indexOf('\t') >= 0) {
      problems.add(
          RunOption.ENV_FILE.longName(),
          file + " line " + number + " has no name of a variable",
          "NAME=VALUE is expected");
      return;
    }
    add(trimmed);
  }

  private String read(String file) {
    try (InputStream in = OsPath.newInputStream(file)) {
      byte[] bytes = in.readNBytes(LARGEST_FILE + 1);
      if (bytes.length > LARGEST_FILE) {
        problems.add(
            RunOption.ENV_FILE.longName(),
            file + " has more than 16 MiB",
            "the kernel takes no environment as large");
        return "";
      }
      String text = OsString.decode(bytes);
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (FileNotFoundException e) {
      problems.add(RunOption.ENV_FILE.longName(), "can't read " + e.getMessage(), "");
      return "";
    } catch (IOException e) {
      problems.add(
          RunOption.ENV_FILE.longName(), "can't read " + file + ": " + IoMessages.reason(e), "");
      return "";
    }
  }

  /** What was put together. */
  Map<String, String> build() {
    return environment;
  }
}
