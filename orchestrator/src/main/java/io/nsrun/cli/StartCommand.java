package io.nsrun.cli;

import io.nsrun.engine.Caller;
import io.nsrun.engine.CallersFile;
import io.nsrun.engine.DetachedContainer;
import io.nsrun.engine.DetachedContainers;
import io.nsrun.engine.End;
import io.nsrun.engine.ExitCode;
import io.nsrun.engine.Launcher;
import io.nsrun.engine.Leases;
import io.nsrun.engine.Prepared;
import io.nsrun.engine.RunLog;
import io.nsrun.engine.StatusLines;
import io.nsrun.log.LogLevel;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.SpecProblemsException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** {@code start} and {@code restart}: containers that were created, or have ended. */
final class StartCommand extends StartingCommand {
  private final String command;
  private Caller caller;
  private DetachedContainers all;

  /** Null if it does not attach. */
  private AttachCommand attach;

  /** The last one has come to run, so that an exit code is its own. */
  private boolean runs;

  // Of the container at hand.
  private volatile Launcher launcher;
  private volatile Leases leases;

  /**
   * @param command start or restart
   */
  StartCommand(String command, Invocation call) {
    super(call);
    this.command = command;
  }

  /**
   * Starts them, one after the other; blocks until the last one's command runs.
   *
   * @param args what follows the command
   * @return exit code: that of {@code run} for the last one that did not start
   */
  int execute(String[] args) throws IOException, InterruptedException {
    GivenArguments given = ContainerModel.parse(command, args);
    if (given == null) {
      return InfoCommands.help(new String[] {command}, call);
    }
    List<String> names = given.words();
    String time = given.value("--time", null);
    Duration grace = time == null ? null : ContainerCommands.duration("--time", time);
    attach = command.equals("start") ? AttachCommand.ofStart(given, call) : null;
    String file = given.value("--pid-file", null);
    if (file != null && names.size() > 1) {
      throw new ExplainedException("--pid-file: is for one container", "start them one by one");
    }
    if (names.size() > 1 || attach != null || file != null || given.has("--status-fd")) {
      call.needsOwnJvm("more than one nsinit, or what is written to a descriptor");
    }
    caller = call.caller();
    all = DetachedContainers.of(caller);
    status =
        StatusLines.open(
            caller, "--status-fd", given.value("--status-fd", null), OptionDialect.OPTIONS);
    int code = ExitCode.OK;
    try (CallersFile pid = file == null ? null : CallersFile.open(caller, "--pid-file", file)) {
      pidFile = pid;
      for (String name : names) {
        int one = startOne(name, grace);
        code = one == ExitCode.OK ? code : one;
      }
    }
    return code;
  }

  /** Tells what goes wrong, and goes on with the others. */
  private int startOne(String name, Duration grace) throws InterruptedException {
    status.of("", name);
    try {
      DetachedContainer container = all.find(name);
      status.of(container.id(), container.name());
      if (command.equals("restart")) {
        container = all.stopToRestart(container, grace == null ? container.stopTimeout() : grace);
      }
      int code = start(container);
      if (code != ExitCode.OK && !runs) {
        all.startFailed(container);
      }
      return code;
    } catch (IOException e) {
      status.failed(e);
      return ContainerCommands.tell(e, errors);
    } catch (SpecProblemsException e) {
      status.failed(e);
      return errors.failure(e);
    }
  }

  private int start(DetachedContainer container) throws IOException, InterruptedException {
    Leases taken = new Leases();
    leases = taken;
    runs = false;
    try (Launcher started = Launcher.of(caller)) {
      launcher = started;
      launcher.forwardSignals(this);
      Prepared prepared = all.prepareStart(container, launcher, taken);
      End end = prepared == null ? null : detach(prepared);
      if (end == null) {
        return started(container, prepared == null ? null : started);
      }
      status.ended(end);
      errors.line(container.name() + ": " + end.reason());
      errors.remedy(end.remedy().in(OptionDialect.OPTIONS));
      return end.exitCode();
    } finally {
      launcher = null;
      release();
    }
  }

  private void release() {
    for (IOException trouble : leases.release()) {
      errors.failure(trouble);
    }
  }

  /** Attaches, if that is wanted. */
  private int started(DetachedContainer container, Launcher starter)
      throws IOException, InterruptedException {
    runs = true;
    launcher = null; // whatever comes now, it is a container
    release();
    if (attach == null) {
      call.out().println(container.name());
      return ExitCode.OK;
    }
    try {
      return attach.attach(
          all,
          all.get(container.id(), container.name()),
          caller,
          starter == null ? () -> {} : starter::leave,
          status);
    } finally {
      if (starter != null) {
        starter.leave();
      }
    }
  }

  /** Null once it runs. */
  private End detach(Prepared prepared) throws IOException, InterruptedException {
    if (LogLevel.current().covers(LogLevel.WARN)) {
      for (String warning : prepared.warnings()) {
        RunLog.warn(warning);
      }
    }
    return attach == null
        ? launcher.detach(prepared, this)
        : launcher.startToLiveOn(prepared, this);
  }

  /** A signal came before the command runs: leaves all as it was. */
  @Override
  public void run() {
    Launcher started = launcher;
    if (started != null) {
      started.abandon(leases);
    }
  }
}
