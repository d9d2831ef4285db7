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

  static int execute(String[] args, Invocation call) throws IOException, InterruptedException {
    OptionValues values = CommandModel.parse("explain", args);
    if (values.has(RunOption.HELP)) {
      return InfoCommands.help(new String[] {"explain"}, call);
    }
    if (values.has(RunOption.LOG_LEVEL)
        && !Main.setLogLevel(values.value(RunOption.LOG_LEVEL), call.errors())) {
      return ExitCode.NOT_STARTED;
    }
    OutputFormat.isJson(values);
    Caller caller = call.caller();
    try (Launcher launcher = Launcher.of(caller)) {
      RunRequest request = RunRequest.read(values, caller);
      Prepared prepared =
          Preparation.toLookAt(caller, launcher).prepare(request.spec(), request.problems());
      request.warn(prepared);
      PlanOutput.explain(prepared, values, caller, call.writer());
    }
    return ExitCode.OK;
  }
}
