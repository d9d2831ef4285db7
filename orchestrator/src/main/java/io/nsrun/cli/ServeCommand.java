package io.nsrun.cli;

import io.nsrun.engine.ExitCode;
import io.nsrun.service.Service;
import io.nsrun.service.ServiceControl;
import io.nsrun.spec.Bytes;
import io.nsrun.spec.ExplainedException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ParseResult;

/** {@code serve}: a JVM that stays, and answers {@code nsrun} in its place. */
final class ServeCommand {
  private static final String IDLE = "10m";

  /** As of {@code systemctl status}, of what does not run. */
  private static final int NONE = 3;

  private ServeCommand() {}

  /**
   * Starts, stops or tells of the service, or is it.
   *
   * @param args what follows {@code serve}
   */
  static int execute(String[] args, Invocation call) throws IOException, InterruptedException {
    OptionValues values = new OptionValues();
    ParseResult given = CommandModel.command("serve", values).parseArgs(args);
    if (values.has(RunOption.HELP)) {
      return InfoCommands.help(new String[] {"serve"}, call);
    }
    String idle = given.matchedOptionValue("--idle", IDLE);
    Duration patience = ContainerCommands.duration("--idle", idle);
    List<String> words = values.arguments();
    String action = words.size() == 1 ? words.get(0) : "";
    return switch (action) {
      case "run" -> run(patience, call);
      case "start" -> start(idle, call);
      case "stop" -> stop(call);
      case "status" -> status(call);
      default ->
          throw new ExplainedException(
              "serve: start, stop, status or run is expected"
                  + (words.isEmpty() ? "" : ", and not \"" + String.join(" ", words) + "\""),
              "");
    };
  }

  private static int run(Duration patience, Invocation call) throws IOException {
    if (!Service.run(new ServedCalls(), patience)) {
      call.errors().line("another process serves already; see 'nsrun serve status'");
      return ExitCode.NOT_STARTED;
    }
    return ExitCode.OK;
  }

  private static int start(String idle, Invocation call) throws IOException, InterruptedException {
    ServiceControl control = ServiceControl.ofThisJvm();
    ProcessHandle service = control.start(List.of("serve", "--idle", idle, "run"));
    call.out().println(service.pid());
    return ExitCode.OK;
  }

  private static int stop(Invocation call) throws IOException, InterruptedException {
    if (!ServiceControl.ofThisJvm().stop()) {
      call.errors().line("no service runs");
    }
    return ExitCode.OK;
  }

  private static int status(Invocation call) throws IOException {
    ServiceControl control = ServiceControl.ofThisJvm();
    Optional<ProcessHandle> service = control.running();
    if (service.isEmpty()) {
      call.out().println("no service runs");
      return NONE;
    }
    long pid = service.get().pid();
    call.out()
        .println(
            "process "
                + pid
                + " serves at "
                + control.socket()
                + ", and takes "
                + new Bytes(ServiceControl.residentBytes(pid)).text());
    return ExitCode.OK;
  }
}
