package io.nsrun.cli;

import io.nsrun.engine.OwnIds;
import io.nsrun.launch.Laps;
import io.nsrun.launch.Nsinit;
import io.nsrun.plan.explain.PlanPrinter;
import io.nsrun.spec.OsEnvironment;
import io.nsrun.state.Caller;
import io.nsrun.state.StatePaths;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** {@code explain}: tells what a run would do, and does nothing. */
final class ExplainCommand {
  private ExplainCommand() {}

  static int execute(String[] args, ErrorPrinter errors) throws IOException, InterruptedException {
    OptionValues values = CommandModel.parse("explain", args);
    if (values.has(RunOption.HELP)) {
      return InfoCommands.help(new String[] {"explain"}, System.out, errors);
    }
    if (values.has(RunOption.LOG_LEVEL)
        && !Main.setLogLevel(values.value(RunOption.LOG_LEVEL), errors)) {
      return ExitCode.NSRUN;
    }
    OutputFormat.isJson(values);
    StatePaths paths = StatePaths.ofCaller(Caller.effectiveUid());
    PlanOnly planOnly = new PlanOnly(paths);
    try {
      RunPlan run = planOnly.make(values);
      PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
      PlanPrinter.explain(
          run.plan(),
          run.spec(),
          Asides.of(run, values),
          OutputWidth.columns(System.getenv("COLUMNS")),
          out);
      out.flush();
    } finally {
      planOnly.close();
    }
    return ExitCode.OK;
  }

  /** Makes plans with an nsinit that is started only to read users, and never gets a plan. */
  static final class PlanOnly implements AutoCloseable, RunPlan.NsinitSource {
    private final StatePaths paths;
    private Nsinit nsinit;

    PlanOnly(StatePaths paths) {
      this.paths = paths;
    }

    RunPlan make(OptionValues values) throws IOException, InterruptedException {
      RunPlan run = new RunPlan(paths, this, OwnIds.shown(paths), new Laps(System.nanoTime()));
      run.make(values, OsEnvironment.variables());
      return run;
    }

    @Override
    public Nsinit get() {
      nsinit = Nsinit.start(paths);
      return nsinit;
    }

    @Override
    public void close() {
      if (nsinit != null) {
        nsinit.close();
      }
    }
  }
}
