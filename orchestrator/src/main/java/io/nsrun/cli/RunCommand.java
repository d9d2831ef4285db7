package io.nsrun.cli;

import io.nsrun.control.ControlChannel;
import io.nsrun.control.Event;
import io.nsrun.control.PlanEncoder;
import io.nsrun.engine.OwnIds;
import io.nsrun.launch.CallersStreams;
import io.nsrun.launch.Laps;
import io.nsrun.launch.Nsinit;
import io.nsrun.launch.Outcome;
import io.nsrun.launch.OverlayDirectory;
import io.nsrun.launch.SignalForwarder;
import io.nsrun.launch.StandardPipes;
import io.nsrun.launch.Supervisor;
import io.nsrun.log.LogLevel;
import io.nsrun.plan.explain.PlanPrinter;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.IoMessages;
import io.nsrun.spec.OsEnvironment;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.Root;
import io.nsrun.state.Caller;
import io.nsrun.state.ExitRecord;
import io.nsrun.state.ExitRecords;
import io.nsrun.state.NameLock;
import io.nsrun.state.StatePaths;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** {@code run}: from words to a container, and from its end to an exit code. */
final class RunCommand implements RunPlan.NsinitSource, Supervisor.Listener, Runnable {
  private final ErrorPrinter errors;
  private final Laps laps = new Laps(System.nanoTime());
  private StatePaths paths;
  private volatile Nsinit nsinit;
  private volatile CidFile cidFile;
  private volatile EphemeralWrites unstarted;
  private long startedMillis;
  private boolean resultWritten;

  RunCommand(ErrorPrinter errors) {
    this.errors = errors;
  }

  /**
   * Runs a container; blocks until it has ended.
   *
   * @param args what follows {@code run}
   * @return exit code, see {@link ExitCode}
   */
  int execute(String[] args) throws IOException, InterruptedException {
    paths = StatePaths.ofCaller(Caller.effectiveUid());
    if (willLaunch(args)) {
      nsinit = Nsinit.prepare(paths);
    }
    laps.end("spawner");
    SignalForwarder signals = SignalForwarder.install(this);
    if (nsinit != null) {
      nsinit.proceed();
    }
    laps.end("signals");
    try {
      OptionValues values = OptionParser.parse(args);
      if (values == null) {
        values = CommandModel.parse("run", args);
      }
      laps.end("words");
      if (values.has(RunOption.HELP)) {
        return InfoCommands.help(new String[] {"run"}, System.out, errors);
      }
      if (values.has(RunOption.LOG_LEVEL)
          && !Main.setLogLevel(values.value(RunOption.LOG_LEVEL), errors)) {
        return ExitCode.NSRUN;
      }
      boolean json = OutputFormat.isJson(values);
      if (values.flag(RunOption.DRY_RUN, false)) {
        return dryRun(new RunPlan(paths, this, OwnIds.shown(paths), laps), values, json);
      }
      try (OwnIds ids = OwnIds.held(paths)) {
        RunPlan run = new RunPlan(paths, this, ids, laps);
        if (values.has(RunOption.RESULT)) {
          return launchWithResult(run, values, ids, signals);
        }
        return makeAndLaunch(run, values, ids, signals, null);
      }
    } finally {
      if (nsinit != null) {
        nsinit.close();
      }
    }
  }

  /**
   * Whether these words look as if a container will be launched, so that nsinit can be started at
   * once, and comes up while the plan is made. A wrong guess costs a few milliseconds.
   */
  private static boolean willLaunch(String[] args) {
    for (String arg : args) {
      if (arg.equals("--dry-run") || arg.equals("--help")) {
        return false;
      }
    }
    return true;
  }

  @Override
  public Nsinit get() {
    if (nsinit == null) {
      nsinit = Nsinit.start(paths);
    }
    return nsinit;
  }

  private static int print(RunPlan run, boolean json) throws IOException {
    PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
    if (json) {
      PlanPrinter.dryRunJson(run.plan(), out);
    } else {
      PlanPrinter.dryRun(run.plan(), out);
    }
    out.flush();
    return ExitCode.OK;
  }

  private int dryRun(RunPlan run, OptionValues values, boolean json)
      throws IOException, InterruptedException {
    run.make(values, OsEnvironment.variables());
    return print(run, json);
  }

  private int makeAndLaunch(
      RunPlan run, OptionValues values, OwnIds ids, SignalForwarder signals, ResultFile result)
      throws IOException, InterruptedException {
    run.make(values, OsEnvironment.variables());
    Closeable writes = writes(run.spec().root(), signals);
    try (writes) {
      return launch(run, values, ids, signals, result);
    }
  }

  /** Whatever becomes of it, the file says so. */
  private int launchWithResult(
      RunPlan run, OptionValues values, OwnIds ids, SignalForwarder signals)
      throws IOException, InterruptedException {
    ResultFile result = ResultFile.of(values.value(RunOption.RESULT));
    try (result) {
      try {
        return makeAndLaunch(run, values, ids, signals, result);
      } catch (IOException | RuntimeException e) {
        if (!resultWritten) {
          result.write(new ResultRecord(run, laps, startedMillis).of(e, ExitCode.NSRUN));
        }
        throw e;
      }
    }
  }

  private int launch(
      RunPlan run, OptionValues values, OwnIds ids, SignalForwarder signals, ResultFile result)
      throws IOException, InterruptedException {
    if (LogLevel.current().covers(LogLevel.INFO)) {
      RunLog.plan(run);
    }
    try (NameLock name = lockName(run, values);
        RunTrace trace = trace(values);
        ExitRecords kept = records(values)) {
      byte[] frames = PlanEncoder.encode(run.plan());
      laps.end("encode");
      ControlChannel channel = run.channel();
      if (channel == null) {
        channel = get().connect();
        laps.end("connect");
      }
      if (values.has(RunOption.CIDFILE)) {
        cidFile = CidFile.write(values.value(RunOption.CIDFILE), run.options().id());
      }
      if (values.has(RunOption.USER) || ids.isHeld()) {
        StandardPipes.openToAll();
      }
      if (Main.isAlone()
          && CallersStreams.given(1)
          && !OutputFile.isStandardOutput(values.value(RunOption.RESULT))
          && !OutputFile.isStandardOutput(values.value(RunOption.TRACE))) {
        StandardStreams.leaveOutput();
      }
      Outcome.Report report = new Supervisor(nsinit, channel, this).run(frames, signals);
      laps.end(startedMillis == 0 ? ResultRecord.FAIL : ResultRecord.RUN);
      if (trace != null) {
        trace.write(report, run.plan(), laps, nsinit.laps());
      }
      RunEnd end = new RunEnd(run, report, errors);
      CidFile written = cidFile;
      cidFile = null;
      if (written != null) {
        if (report.outcome() instanceof Outcome.NotStarted) {
          written.remove();
        }
        written.close();
      }
      if (kept != null || result != null) {
        ExitRecord record = new ResultRecord(run, laps, startedMillis).of(end);
        if (result != null) {
          resultWritten = true;
          result.write(record);
        }
        if (kept != null) {
          keep(kept, record, name);
        }
      }
      return end.tell();
    }
  }

  /** Where the record of the run will be kept; null if it won't be. */
  private ExitRecords records(OptionValues values) throws IOException {
    if (values.flag(RunOption.RM, true)) {
      return null;
    }
    Path directory = paths.stateDirectory();
    try {
      return ExitRecords.hold(directory);
    } catch (IOException e) {
      throw notKept(directory, e);
    }
  }

  private static void keep(ExitRecords kept, ExitRecord record, NameLock name) throws IOException {
    try {
      if (name != null) {
        kept.keep(name);
      }
      kept.write(record);
    } catch (IOException e) {
      throw notKept(kept.directory(), e);
    }
  }

  private static ExplainedException notKept(Path directory, IOException e) {
    return new ExplainedException(
        "--rm: can't keep the record of how it ended below "
            + directory
            + ": "
            + IoMessages.reason(e),
        "look at free space and permissions there, or set NSRUN_HOME to another directory",
        e);
  }

  /** Null for a name that was made up: nobody else has it. */
  private NameLock lockName(RunPlan run, OptionValues values) throws IOException {
    if (!values.has(RunOption.NAME)) {
      return null;
    }
    return NameLock.acquire(paths.stateDirectory(), run.options().name(), run.options().id());
  }

  /** The directory that takes writes to the root filesystem; null if none is asked for. */
  private Closeable writes(Root root, SignalForwarder signals) throws IOException {
    if (!root.hasOverlayDirectory()) {
      return null;
    }
    if (!root.ephemeral()) {
      return OverlayDirectory.open(OsPath.of(root.overlayDirectory()), paths.uid());
    }
    EphemeralWrites writes = new EphemeralWrites(root.overlayDirectory(), paths, errors, signals);
    unstarted = writes;
    writes.make();
    return writes;
  }

  /** Null if none is wanted. */
  private static RunTrace trace(OptionValues values) throws ExplainedException {
    return values.has(RunOption.TRACE) ? RunTrace.open(values.value(RunOption.TRACE)) : null;
  }

  @Override
  public void log(Event.Log message) {
    LogLevel level =
        switch (message.level()) {
          case WARN -> LogLevel.WARN;
          case INFO -> LogLevel.INFO;
          case DEBUG -> LogLevel.DEBUG;
        };
    if (LogLevel.current().covers(level)) {
      NsinitLog.log(level, message.message());
    }
  }

  @Override
  public void started(long pid) {
    unstarted = null;
    startedMillis = System.currentTimeMillis();
    laps.end(ResultRecord.SET_UP);
    if (LogLevel.current().covers(LogLevel.DEBUG)) {
      RunLog.started(pid);
    }
  }

  /** A signal came before there was a container: leaves nothing behind. */
  @Override
  public void run() {
    Nsinit running = nsinit;
    if (running != null) {
      running.abandon();
    }
    CidFile file = cidFile;
    if (file != null) {
      file.remove();
    }
    EphemeralWrites writes = unstarted;
    if (writes != null) {
      writes.discard();
    }
  }
}
