package io.nsrun.cli;

import io.nsrun.engine.Caller;
import io.nsrun.engine.ExitCode;
import io.nsrun.log.LogLevel;
import io.nsrun.log.StderrLogProvider;
import io.nsrun.spec.Suggestion;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Entry point of {@code java -jar orchestrator.jar}: finds the command, and turns whatever goes
 * wrong into a line and an exit code.
 */
public final class Main {
  private Main() {}

  /**
   * Runs a command and ends this JVM with its exit code.
   *
   * @param args as {@code nsrun help} tells
   */
  public static void main(String[] args) {
    // What is done once is done faster than a method handle for it is made (JDK 18 and newer).
    System.setProperty("jdk.reflect.useNativeAccessorOnly", "true");
    int code = lost(run(args, true), new ErrorPrinter(System.err));
    System.err.flush();
    System.exit(code);
  }

  /** The exit code once all is printed: what a disk has no room for is no success. */
  private static int lost(int code, ErrorPrinter errors) {
    if (!System.out.checkError() || code != 0 || Caller.isOwnPipe(1)) {
      return code; // whoever reads it, a pager or head, had enough
    }
    errors.line("standard output can't be written; is its file system full?");
    return ExitCode.NOT_STARTED;
  }

  static int run(String[] arguments) {
    return run(arguments, false);
  }

  /** Whether alone: see {@link Invocation#isAlone}. */
  private static int run(String[] arguments, boolean alone) {
    try {
      settleStreams();
    } catch (IOException e) {
      return new ErrorPrinter(System.err).failure(e);
    }
    StderrLogProvider.select();
    return run(new Invocation(System.out, System.err, alone), RawArguments.of(arguments));
  }

  /**
   * Carries a command out for whoever calls.
   *
   * @param args as they were given, see {@link RawArguments}
   * @return exit code
   */
  static int run(Invocation call, String[] args) {
    ErrorPrinter errors = call.errors();
    try {
      int first = globalOptions(args, errors);
      if (first < 0) {
        return ExitCode.NOT_STARTED;
      }
      return dispatch(args, first, call);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      errors.line("interrupted");
      return ExitCode.NOT_STARTED;
    } catch (IOException | RuntimeException | Error e) {
      return call.failed(e);
    }
  }

  /** What we print goes nowhere, rather than into a file of the JVM's. */
  private static void settleStreams() throws IOException {
    Caller.settleStreams();
    if (!Caller.hasOwnStream(1)) {
      System.setOut(new PrintStream(OutputStream.nullOutputStream()));
    }
    if (!Caller.hasOwnStream(2)) {
      System.setErr(new PrintStream(OutputStream.nullOutputStream()));
    }
  }

  /** The index of the command; -1 after an error was told. */
  private static int globalOptions(String[] args, ErrorPrinter errors) {
    int at = 0;
    while (at < args.length && args[at].startsWith("--log-level")) {
      String level;
      if (args[at].equals("--log-level")) {
        level = at + 1 < args.length ? args[at + 1] : "";
        at += 2;
      } else if (args[at].startsWith("--log-level=")) {
        level = args[at].substring("--log-level=".length());
        at++;
      } else {
        return at;
      }
      if (!setLogLevel(level, errors)) {
        return -1;
      }
    }
    return at;
  }

  /** Sets the log level of this JVM; false after an error was told. */
  static boolean setLogLevel(String text, ErrorPrinter errors) {
    LogLevel level = LogLevel.parse(text);
    if (level == null) {
      errors.line(
          "--log-level: \""
              + text
              + "\" is no level (error, warn, info, debug or trace is expected)");
      return false;
    }
    LogLevel.set(level);
    return true;
  }

  private static int dispatch(String[] args, int first, Invocation call)
      throws IOException, InterruptedException {
    if (first >= args.length) {
      InfoCommands.help(new String[0], call.err(), call.errors());
      return ExitCode.NOT_STARTED;
    }
    String[] rest = new String[args.length - first - 1];
    System.arraycopy(args, first + 1, rest, 0, rest.length);
    return switch (args[first]) {
      case "run", "create" -> new RunCommand(args[first], call).execute(rest);
      case "explain" -> ExplainCommand.execute(rest, call);
      case "prune" -> PruneCommand.execute(rest, call);
      case "serve" -> ServeCommand.execute(rest, call);
      case "doctor" -> InfoCommands.doctor(rest, call);
      case "version", "--version", "-v", "-V" -> InfoCommands.version(rest, call);
      case "help", "--help", "-h" -> InfoCommands.help(rest, call);
      case "exec" -> new ExecCommand(call).execute(rest);
      case "start", "restart" -> new StartCommand(args[first], call).execute(rest);
      case "attach" -> AttachCommand.execute(rest, call);
      case "pause", "unpause" -> InfoCommands.noFreezer(args[first], call.errors());
      default ->
          ContainerModel.knows(args[first])
              ? ContainerCommands.execute(args[first], rest, call)
              : unknownCommand(args[first], call.errors());
    };
  }

  private static int unknownCommand(String name, ErrorPrinter errors) {
    String what = name.startsWith("-") ? "option" : "command";
    List<String> known = new ArrayList<>(CommandModel.COMMANDS);
    known.addAll(List.of("--help", "--version", "--log-level"));
    String nearest = Suggestion.nearest(name, known);
    errors.line(
        "unknown "
            + what
            + " '"
            + name
            + "'"
            + (nearest == null ? "; see 'nsrun help'" : "; did you mean '" + nearest + "'?"));
    return ExitCode.NOT_STARTED;
  }
}
