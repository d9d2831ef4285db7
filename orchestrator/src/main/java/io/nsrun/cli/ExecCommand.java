package io.nsrun.cli;

import io.nsrun.engine.Caller;
import io.nsrun.engine.CallersFile;
import io.nsrun.engine.ContainerStateException;
import io.nsrun.engine.DetachedContainer;
import io.nsrun.engine.DetachedContainers;
import io.nsrun.engine.End;
import io.nsrun.engine.ExecRequest;
import io.nsrun.engine.ExitCode;
import io.nsrun.engine.Launcher;
import io.nsrun.engine.Leases;
import io.nsrun.engine.Preparation;
import io.nsrun.engine.Prepared;
import io.nsrun.engine.RunLog;
import io.nsrun.engine.Running;
import io.nsrun.engine.StatusLines;
import io.nsrun.engine.Streams;
import io.nsrun.log.LogLevel;
import io.nsrun.spec.CapabilitySet;
import io.nsrun.spec.Signal;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.TerminalSize;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;

/** {@code exec}: a command in a container that lives on. */
final class ExecCommand extends StartingCommand {
  private final Leases leases = new Leases();
  private volatile Launcher launcher;
  private DetachedContainers all;
  private DetachedContainer container;

  /** What was entered is another one, if anything. */
  private boolean gone;

  ExecCommand(Invocation call) {
    super(call);
  }

  /**
   * Runs it; blocks until it has ended.
   *
   * @param args what follows {@code exec}
   * @return exit code, as of {@code run}
   */
  int execute(String[] args) throws IOException, InterruptedException {
    GivenArguments given = ContainerModel.parse("exec", args);
    if (given == null) {
      return InfoCommands.help(new String[] {"exec"}, call);
    }
    if (given.has("--status-fd") || given.has("--pid-file")) {
      call.needsOwnJvm("what may be written to a descriptor");
    }
    Caller caller = call.caller();
    status =
        StatusLines.open(
            caller, "--status-fd", given.value("--status-fd", null), OptionDialect.OPTIONS);
    try {
      return execute(given, caller);
    } catch (IOException | RuntimeException e) {
      status.failed(e);
      throw e;
    }
  }

  private int execute(GivenArguments given, Caller caller)
      throws IOException, InterruptedException {
    List<String> words = given.words();
    all = DetachedContainers.of(caller);
    status.of("", words.get(0));
    try {
      container = all.find(words.get(0));
    } catch (IOException e) {
      status.failed(e);
      return ContainerCommands.tell(e, errors);
    }
    status.of(container.id(), container.name());
    String file = given.value("--pid-file", null);
    try (CallersFile pid = file == null ? null : CallersFile.open(caller, "--pid-file", file);
        Launcher started = Launcher.of(caller)) {
      pidFile = pid;
      launcher = started;
      launcher.forwardSignals(this);
      ExecRequest request = request(given, words.subList(1, words.size()), caller);
      Prepared prepared =
          new Preparation(caller, launcher, leases)
              .prepare(all.exec(container, request), new SpecProblems());
      if (request.privileged()) {
        tellWhatIsMissing(prepared.spec().capabilities().drop());
      }
      if (request.detached()) {
        return detach(prepared);
      }
      Running running = launcher.run(prepared, Streams.SHARED, this);
      return tell(running.await());
    } finally {
      leases.release();
    }
  }

  private void tellWhatIsMissing(CapabilitySet left) {
    if (!left.equals(CapabilitySet.NONE) && LogLevel.current().covers(LogLevel.WARN)) {
      RunLog.warn(
          "--privileged leaves out "
              + left
              + ", without which "
              + container.name()
              + " was started: it would undo its mounts");
    }
  }

  /** Returns when the command runs, and leaves it to the container. */
  private int detach(Prepared prepared) throws IOException, InterruptedException {
    End end = launcher.startToLiveOn(prepared, this);
    if (end != null || gone) {
      return tell(end);
    }
    launcher.leave();
    return ExitCode.OK;
  }

  private static ExecRequest request(GivenArguments given, List<String> command, Caller caller) {
    boolean detached = given.has("--detach");
    boolean terminals = !detached && caller.isTerminal(0) && caller.isTerminal(1);
    boolean terminal = given.has("--tty") || terminals;
    SpecProblems problems = new SpecProblems();
    EnvironmentBuilder env =
        new EnvironmentBuilder(caller.environment(), new LinkedHashMap<>(), problems);
    if (terminal) {
      String type = caller.variable("TERM");
      env.set("TERM", type == null || type.isEmpty() ? "xterm" : type);
    }
    env.addAll(given.values("--env"));
    problems.throwIfAny();
    return new ExecRequest(
        command,
        env.build(),
        given.value("--workdir", null),
        given.value("--user", null),
        terminal ? TerminalSize.DEFAULT : null,
        given.has("--interactive") || terminal,
        detached,
        given.has("--privileged"));
  }

  private int tell(End end) {
    if (gone || !(end.ran() || all.isThere(container))) {
      IOException why = ContainerStateException.hasEnded(container.name());
      status.failed(why);
      return errors.failure(why);
    }
    status.ended(end);
    if (!end.ran()) {
      errors.line(container.name() + ": " + end.reason());
      errors.remedy(end.remedy().in(OptionDialect.OPTIONS));
    }
    return end.exitCode();
  }

  @Override
  public void started(Running running) {
    try {
      gone = !all.runs(container);
    } catch (IOException e) {
      gone = true;
    }
    if (!gone) {
      super.started(running);
      return;
    }
    try {
      running.signal(Signal.KILL);
    } catch (IOException e) {
      // It has ended as well.
      return;
    }
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
