package io.nsrun.cli;

import io.nsrun.doctor.Report;
import io.nsrun.doctor.ReportPrinter;
import io.nsrun.engine.Caller;
import io.nsrun.engine.DoctorTrials;
import io.nsrun.engine.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/** The commands that only tell: {@code help}, {@code version}, {@code doctor}. */
final class InfoCommands {
  private static final int WIDTH = 100;

  private InfoCommands() {}

  static int help(String[] args, Invocation call) {
    return help(args, call.out(), call.errors());
  }

  /** The same, where it is no answer but a hint. */
  static int help(String[] args, PrintStream out, ErrorPrinter errors) {
    if (args.length == 0 || args[0].startsWith("-")) {
      CommandModel.all().usage(out);
      return ExitCode.OK;
    }
    for (String name : CommandModel.COMMANDS) {
      if (name.equals(args[0])) {
        usage(CommandModel.command(name, new OptionValues()), out);
        return ExitCode.OK;
      }
    }
    errors.line("unknown command '" + args[0] + "'; see 'nsrun help'");
    return ExitCode.NOT_STARTED;
  }

  /** Prints what {@code --help} of a command prints. */
  static void usage(CommandLine command, PrintStream out) {
    command.setUsageHelpWidth(WIDTH);
    command.setUsageHelpLongOptionsMaxWidth(30);
    command.usage(out);
  }

  static int version(String[] args, Invocation call) throws IOException {
    if (args.length > 0) {
      call.errors().line("version takes no words");
      return ExitCode.NOT_STARTED;
    }
    call.out().println("nsrun " + version());
    return ExitCode.OK;
  }

  /** Docker's {@code pause} and {@code unpause}: why they are not there. */
  static int noFreezer(String command, ErrorPrinter errors) {
    errors.line(
        command
            + ": freezing all of a container takes a cgroup, and nsrun touches none;"
            + " 'nsrun kill -s STOP' stops its command, and 'kill -s CONT' has it go on");
    return ExitCode.NOT_STARTED;
  }

  /** Version of the build. */
  private static String version() throws IOException {
    try (InputStream in = InfoCommands.class.getResourceAsStream("version")) {
      if (in == null) {
        throw new IOException("resource io/nsrun/cli/version is not in the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    }
  }

  /** Exit code 0 if a run works here, else 1. */
  static int doctor(String[] args, Invocation call) throws IOException, InterruptedException {
    OptionValues values = CommandModel.parse("doctor", args);
    if (values.has(RunOption.HELP)) {
      return help(new String[] {"doctor"}, call);
    }
    boolean json = OutputFormat.isJson(values);
    Caller caller = call.caller();
    Report report = DoctorTrials.examine(caller, OptionDialect.OPTIONS);
    PrintWriter out = call.writer();
    if (json) {
      ReportPrinter.json(report, OptionDialect.OPTIONS, out);
    } else {
      ReportPrinter.text(
          report, OptionDialect.OPTIONS, OutputWidth.columns(caller.variable("COLUMNS")), out);
    }
    out.flush();
    return report.runWorks() ? ExitCode.OK : 1;
  }
}
