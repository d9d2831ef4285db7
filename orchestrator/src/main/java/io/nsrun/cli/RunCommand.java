package io.nsrun.cli;

import io.nsrun.engine.Caller;
import io.nsrun.engine.CallersFile;
import io.nsrun.engine.End;
import io.nsrun.engine.ExitCode;
import io.nsrun.engine.Launcher;
import io.nsrun.engine.Leases;
import io.nsrun.engine.NewFile;
import io.nsrun.engine.Preparation;
import io.nsrun.engine.Prepared;
import io.nsrun.engine.Records;
import io.nsrun.engine.RunLog;
import io.nsrun.engine.Running;
import io.nsrun.engine.StatusLines;
import io.nsrun.engine.Streams;
import io.nsrun.engine.TraceReport;
import io.nsrun.log.LogLevel;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.Spec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code run}: from arguments to a container, and from its end to an exit code. {@code create}: to
 * a container that was not started.
 */
final class RunCommand extends StartingCommand {
  private static final RunOption[] OF_OWN_JVM = {
    RunOption.LOG_LEVEL,
    RunOption.RESULT,
    RunOption.TRACE,
    RunOption.STATUS_FD,
    RunOption.PID_FILE,
    RunOption.CIDFILE,
    RunOption.RM,
    RunOption.EPHEMERAL_DIR
  };

  private final String command;
  private final Leases leases = new Leases();
  private Caller caller;
  private OptionValues values;
  private Spec spec;
  private volatile Launcher launcher;
  private volatile NewFile cidFile;

  /**
   * @param command run or create
   */
  RunCommand(String command, Invocation call) {
    super(call);
    this.command = command;
  }

  private boolean isCreate() {
    return command.equals("create");
  }

  /**
   * Runs a container; blocks until it has ended, or, in the background, until it runs.
   *
   * @param args what follows the command
   * @return exit code, see {@link ExitCode}
   */
  int execute(String[] args) throws IOException, InterruptedException {
    caller = call.caller();
    boolean ahead = !isCreate() && willLaunch(args);
    Launcher started = ahead ? Launcher.ahead(caller) : Launcher.of(caller);
    try (started) {
      launcher = started;
      launcher.forwardSignals(this);
      launcher.proceed();
      values = OptionParser.parse(args);
      if (values == null || (isCreate() && values.hasOtherThanOfCreate())) {
        values = CommandModel.parse(command, args);
      }
      launcher.phase("arguments");
      if (values.has(RunOption.HELP)) {
        return InfoCommands.help(new String[] {command}, call);
      }
      refuseIfServed();
      if (isCreate()) {
        values.set(RunOption.DETACH, "true");
      }
      if (values.has(RunOption.LOG_LEVEL)
          && !Main.setLogLevel(values.value(RunOption.LOG_LEVEL), errors)) {
        return ExitCode.NOT_STARTED;
      }
      boolean json = OutputFormat.isJson(values);
      if (values.flag(RunOption.DRY_RUN, false)) {
        PlanOutput.dryRun(prepare(Preparation.toLookAt(caller, launcher)), json, call.writer());
        return ExitCode.OK;
      }
      return launch();
    }
  }

  /** What is written after the end, or to a descriptor of the caller's. */
  private void refuseIfServed() {
    for (RunOption option : OF_OWN_JVM) {
      if (values.has(option)) {
        call.needsOwnJvm(option.longName());
      }
    }
    List<String> words = values.arguments();
    if (!words.isEmpty() && (words.get(0).equals("-") || Caller.namesOwnFile(words.get(0)))) {
      call.needsOwnJvm("standard input");
    }
    for (RunOption option : RunOption.values()) {
      for (String value : values.values(option)) {
        if (Caller.namesOwnFile(value)) {
          call.needsOwnJvm(option.longName());
        }
      }
    }
  }

  /**
   * Whether these arguments look as if a container will be launched, so that nsinit can be started
   * at once, and comes up while the plan is made. A wrong guess costs a few milliseconds.
   */
  private static boolean willLaunch(String[] args) {
    for (String arg : args) {
      if (arg.equals("--dry-run") || arg.equals("--help")) {
        return false;
      }
    }
    return true;
  }

  private Prepared prepare(Preparation preparation) throws IOException, InterruptedException {
    RunRequest request = RunRequest.read(values, caller);
    spec = request.spec();
    status.of(spec.id(), spec.name());
    launcher.phase("options");
    Prepared prepared = preparation.prepare(spec, request.problems());
    request.warn(prepared);
    return prepared;
  }

  /** Whatever becomes of it, {@code --status-fd} and the file of {@code --result} say so. */
  private int launch() throws IOException, InterruptedException {
    status =
        StatusLines.open(
            caller,
            RunOption.STATUS_FD.longName(),
            values.value(RunOption.STATUS_FD),
            OptionDialect.OPTIONS);
    try {
      return launchAndRecord();
    } catch (IOException | RuntimeException e) {
      status.failed(e);
      throw e;
    }
  }

  private int launchAndRecord() throws IOException, InterruptedException {
    Preparation preparation = new Preparation(caller, launcher, leases);
    try (Records records = new Records(OptionDialect.OPTIONS)) {
      if (values.has(RunOption.RESULT)) {
        records.writeTo(caller, RunOption.RESULT.longName(), values.value(RunOption.RESULT));
      }
      try {
        return launch(prepare(preparation), records);
      } catch (IOException | RuntimeException e) {
        records.writeFailure(spec, preparation, launcher, e);
        throw e;
      }
    } finally {
      for (IOException trouble : leases.release()) {
        // The exit code stays the command's.
        errors.failure(trouble);
      }
    }
  }

  private int launch(Prepared prepared, Records records) throws IOException, InterruptedException {
    if (LogLevel.current().covers(LogLevel.INFO)) {
      RunLog.plan(prepared);
    }
    try (CallersFile trace = open(RunOption.TRACE);
        CallersFile pid = open(RunOption.PID_FILE)) {
      pidFile = pid;
      if (prepared.spec().detached() == null && !values.flag(RunOption.RM, true)) {
        records.keep(caller, RunOption.RM.longName());
      }
      if (values.has(RunOption.CIDFILE)) {
        launcher.connect();
        cidFile =
            NewFile.write(
                caller,
                RunOption.CIDFILE.longName(),
                values.value(RunOption.CIDFILE),
                prepared.spec().id());
      }
      if (isCreate()) {
        leases.keep();
        return created();
      }
      if (prepared.spec().detached() != null) {
        return detach(prepared);
      }
      Running running = launcher.run(prepared, streams(), this);
      End end = running.await();
      launcher.ended(prepared);
      Path kept;
      try {
        if (trace != null) {
          trace.write(TraceReport.of(launcher, running));
        }
        closeCidFile(end);
        kept = records.areWanted() ? records.write(running, end) : null;
      } finally {
        status.ended(end);
      }
      tell(end);
      if (kept != null) {
        errors.line(spec.name() + ": record kept: " + OsPath.text(kept));
      }
      return end.exitCode();
    }
  }

  /** Prints the id once the command runs, as docker run does. */
  private int detach(Prepared prepared) throws IOException, InterruptedException {
    End end = launcher.detach(prepared, this);
    if (end == null) {
      return created();
    }
    closeCidFile(end);
    status.ended(end);
    tell(end);
    return end.exitCode();
  }

  private int created() {
    NewFile written = cidFile;
    cidFile = null; // whatever comes now, the id is that of a container
    if (written != null) {
      written.close();
    }
    call.out().println(spec.id());
    return ExitCode.OK;
  }

  /** Null if the option is not given. */
  private CallersFile open(RunOption option) throws IOException {
    return values.has(option)
        ? CallersFile.open(caller, option.longName(), values.value(option))
        : null;
  }

  private Streams streams() {
    boolean left =
        call.isAlone()
            && caller.hasStream(1)
            && !StatusLines.areStandardOutput(values.value(RunOption.STATUS_FD))
            && !CallersFile.isStandardOutput(values.value(RunOption.RESULT))
            && !CallersFile.isStandardOutput(values.value(RunOption.PID_FILE))
            && !CallersFile.isStandardOutput(values.value(RunOption.TRACE));
    return left ? Streams.OUTPUT_LEFT : Streams.SHARED;
  }

  private void closeCidFile(End end) {
    NewFile written = cidFile;
    cidFile = null;
    if (written != null) {
      if (end.kind() == End.Kind.NOT_STARTED) {
        written.remove();
      }
      written.close();
    }
  }

  /** Tells what the caller can't see from the exit code. */
  private void tell(End end) {
    String name = spec.name() + ": ";
    if (!end.ran()) {
      errors.line(name + end.reason());
      errors.remedy(end.remedy().in(OptionDialect.OPTIONS));
    } else if (end.limit() != null || spec.process().terminal() != null) {
      errors.line(name + EndText.of(end));
    }
  }

  @Override
  public void started(Running running) {
    if (LogLevel.current().covers(LogLevel.DEBUG)) {
      RunLog.started(running);
    }
    super.started(running);
  }

  /** A signal came before there was a container: leaves nothing behind. */
  @Override
  public void run() {
    Launcher started = launcher;
    if (started != null) {
      started.abandon(leases);
    }
    NewFile file = cidFile;
    if (file != null) {
      file.remove();
    }
  }
}
