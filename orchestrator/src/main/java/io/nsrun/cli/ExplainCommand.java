package io.nsrun.cli;

import io.nsrun.engine.Caller;
import io.nsrun.engine.ExitCode;
import io.nsrun.engine.Launcher;
import io.nsrun.engine.Preparation;
import io.nsrun.engine.Prepared;
import java.io.IOException;

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
      return ExitCode.NOT_STARTED;
    }
    OutputFormat.isJson(values);
    Caller caller = Caller.ofThisProcess();
    try (Launcher launcher = Launcher.of(caller)) {
      RunRequest request = RunRequest.read(values, caller);
      Prepared prepared =
          Preparation.toLookAt(caller, launcher).prepare(request.spec(), request.problems());
      request.warn(prepared);
      PlanOutput.explain(prepared, values, caller);
    }
    return ExitCode.OK;
  }
}
