package io.nsrun.api;

import io.nsrun.engine.ExecRequest;
import io.nsrun.engine.Redirects;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import java.io.File;
import java.lang.ProcessBuilder.Redirect;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a {@link CommandBuilder} was told. Null stands for what nobody said. */
class CommandSettings {
  final List<String> command = new ArrayList<>();
  final Map<String, String> environment = new LinkedHashMap<>();
  String directory;
  String user;
  boolean privileged;
  Redirect input = Redirect.PIPE;
  Redirect output = Redirect.PIPE;
  Redirect error = Redirect.PIPE;
  boolean errorToOutput;
  DataSize captureLimit;

  /** Whether there is input that is not a stream's. */
  boolean hasInput;

  CommandSettings() {}

  /** A copy that has nothing in common with the original. */
  CommandSettings(CommandSettings other) {
    command.addAll(other.command);
    environment.putAll(other.environment);
    directory = other.directory;
    user = other.user;
    privileged = other.privileged;
    input = other.input;
    output = other.output;
    error = other.error;
    errorToOutput = other.errorToOutput;
    captureLimit = other.captureLimit;
  }

  /** The same; throws {@link IllegalArgumentException} if it is one to write to. */
  static Redirect readable(Redirect source) {
    if (source.type() == Redirect.Type.WRITE || source.type() == Redirect.Type.APPEND) {
      throw new IllegalArgumentException("input can't be read from a redirect " + source);
    }
    return source;
  }

  /** The same; throws {@link IllegalArgumentException} if it is one to read from. */
  static Redirect writable(Redirect destination) {
    if (destination.type() == Redirect.Type.READ) {
      throw new IllegalArgumentException("output can't be written to a redirect " + destination);
    }
    return destination;
  }

  /** The most that is kept of either stream. */
  DataSize captured() {
    return captureLimit == null ? DataSize.ofMebi(1) : captureLimit;
  }

  Redirects redirects() {
    return new Redirects(input, output, error, errorToOutput);
  }

  /** The variables, but for those that can't be. */
  Map<String, String> environment(SpecProblems problems) {
    Map<String, String> variables = new LinkedHashMap<>();
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      if (variable.getKey() == null || variable.getValue() == null) {
        problems.add(SpecField.ENV, "has a name or a value that is null", "remove it");
      } else {
        variables.put(variable.getKey(), variable.getValue());
      }
    }
    return variables;
  }

  /** Adds what {@link ProcessBuilder} would fail for, one after the other. Nothing is made. */
  void checkStreams(SpecProblems problems) {
    if (captured().toBytes() > Capture.LARGEST) {
      problems.add(
          "captureLimit(...)",
          captureLimit + " does not fit into an array",
          "redirect the output to a file");
    }
    if (hasInput && !input.equals(Redirect.PIPE)) {
      problems.add(
          "redirectInput(...)", "leaves no way for the input of run(...)", "keep one of them");
    }
    check("redirectInput(...)", input, problems);
    check("redirectOutput(...)", output, problems);
    if (!errorToOutput) {
      check("redirectError(...)", error, problems);
    }
  }

  private static void check(String where, Redirect redirect, SpecProblems problems) {
    if (redirect.file() == null) {
      return;
    }
    File file = redirect.file();
    if (file.isDirectory()) {
      problems.add(where, file + " is a directory", "name a file");
    } else if (redirect.type() == Redirect.Type.READ) {
      if (!file.canRead()) {
        problems.add(
            where, file + (file.exists() ? " can't be read" : " is missing"), "name another file");
      }
    } else if (file.exists() ? !file.canWrite() : !isWritable(file.getAbsoluteFile())) {
      problems.add(where, file + " can't be written", "name another file");
    }
  }

  private static boolean isWritable(File missing) {
    return missing.getParentFile() != null && missing.getParentFile().canWrite();
  }

  /** As one more command of a container. */
  ExecRequest execRequest(boolean detached, SpecProblems problems) {
    return new ExecRequest(
        command, environment(problems), directory, user, null, !detached, detached, privileged);
  }

  /** Adds what is redirected of a container whose output goes to its log. */
  void checkThatNothingIsRedirected(SpecProblems problems) {
    refuseRedirects("a container", "leave it out: what it writes is in logs()", problems);
  }

  /** Adds what is redirected of a command whose output goes nowhere. */
  void checkThatNothingOfACommandIsRedirected(SpecProblems problems) {
    refuseRedirects("a command", "leave it out", problems);
  }

  private void refuseRedirects(String what, String remedy, SpecProblems problems) {
    String why = "is of no use to " + what + " that lives on, whose streams are nobody's";
    refuse("redirectInput(...)", !input.equals(Redirect.PIPE), why, remedy, problems);
    refuse("redirectOutput(...)", !output.equals(Redirect.PIPE), why, remedy, problems);
    refuse("redirectError(...)", !error.equals(Redirect.PIPE), why, remedy, problems);
    refuse("redirectErrorStream(...)", errorToOutput, why, remedy, problems);
  }

  private static void refuse(
      String where, boolean given, String why, String remedy, SpecProblems problems) {
    if (given) {
      problems.add(where, why, remedy);
    }
  }
}
