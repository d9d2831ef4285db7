package io.nsrun.cli;

import io.nsrun.engine.Caller;
import io.nsrun.engine.DetachedContainer;
import io.nsrun.engine.DetachedContainers;
import io.nsrun.engine.End;
import io.nsrun.engine.ExecRequest;
import io.nsrun.engine.Launcher;
import io.nsrun.engine.Leases;
import io.nsrun.engine.Preparation;
import io.nsrun.engine.Prepared;
import io.nsrun.engine.Running;
import io.nsrun.engine.Streams;
import io.nsrun.log.LogLevel;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.TerminalSize;
import java.io.Closeable;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.ParseResult;

/** {@code exec}: a command in a container that lives on. */
final class ExecCommand implements Launcher.Listener, Runnable {
  private final ErrorPrinter errors;
  private final Leases leases = new Leases();
  private volatile Launcher launcher;

  ExecCommand(ErrorPrinter errors) {
    this.errors = errors;
  }

  /**
   * Runs it; blocks until it has ended.
   *
   * @param args what follows {@code exec}
   * @return exit code, as of {@code run}
   */
  int execute(String[] args) throws IOException, InterruptedException {
    ParseResult given = ContainerModel.parse("exec", args);
    if (given == null) {
      return InfoCommands.help(new String[] {"exec"}, System.out, errors);
    }
    List<String> words = ContainerCommands.names(given);
    Caller caller = Caller.ofThisProcess();
    DetachedContainers all = DetachedContainers.of(caller);
    DetachedContainer container;
    try {
      container = all.find(words.get(0));
    } catch (IOException e) {
      return ContainerCommands.tell(e, words.get(0), errors);
    }
    try (Launcher started = Launcher.of(caller);
        Closeable monitor = all.hold(container)) {
      launcher = started;
      launcher.forwardSignals(this);
      ExecRequest request = request(given, words.subList(1, words.size()), caller);
      Prepared prepared =
          new Preparation(caller, launcher, leases)
              .prepare(all.exec(container, request), new SpecProblems());
      Running running = launcher.run(prepared, Streams.SHARED, this);
      return tell(running.await(), container, monitor);
    } finally {
      leases.release();
    }
  }

  private static ExecRequest request(ParseResult given, List<String> command, Caller caller)
      throws ExplainedException {
    boolean terminals = Caller.isTerminal(0) && Caller.isTerminal(1);
    boolean terminal = given.hasMatchedOption("--tty") || terminals;
    Map<String, String> env = new LinkedHashMap<>();
    if (terminal) {
      String type = caller.variable("TERM");
      env.put("TERM", type == null || type.isEmpty() ? "xterm" : type);
    }
    String[] variables = given.matchedOptionValue("--env", new String[0]);
    for (String text : variables) {
      int equals = text.indexOf('=');
      String name = equals < 0 ? text : text.substring(0, equals);
      String value = equals < 0 ? caller.variable(name) : text.substring(equals + 1);
      if (name.isEmpty()) {
        throw new ExplainedException("--env: \"" + text + "\" has no name", "");
      }
      if (value != null) {
        env.put(name, value);
      }
    }
    return new ExecRequest(
        command,
        env,
        given.matchedOptionValue("--workdir", null),
        given.matchedOptionValue("--user", null),
        terminal ? TerminalSize.DEFAULT : null,
        given.hasMatchedOption("--interactive") || terminal);
  }

  private int tell(End end, DetachedContainer container, Closeable monitor) throws IOException {
    monitor.close();
    if (!end.ran()) {
      errors.line(container.name() + ": " + end.reason());
      errors.remedy(end.remedy().in(OptionDialect.OPTIONS));
    }
    return end.exitCode();
  }

  @Override
  public void log(Launcher.Level told, String message) {
    if (told == Launcher.Level.WARN && LogLevel.current().covers(LogLevel.WARN)) {
      NsinitLog.log(LogLevel.WARN, message);
    }
  }

  @Override
  public void started(Running running) {
    // Nobody has asked to be told.
  }

  /** A signal came before there was anything to send it to. */
  @Override
  public void run() {
    Launcher started = launcher;
    if (started != null) {
      started.abandon(leases);
    }
  }
}
