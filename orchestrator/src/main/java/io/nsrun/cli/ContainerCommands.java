package io.nsrun.cli;

import io.nsrun.engine.DamagedContainerException;
import io.nsrun.engine.DetachedContainer;
import io.nsrun.engine.DetachedContainers;
import io.nsrun.engine.ExitCode;
import io.nsrun.engine.NoSuchContainerException;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.Signal;
import java.io.IOException;
import java.time.Duration;

/**
 * What is done to containers that live on: {@code stop}, {@code kill}, {@code wait}, {@code rm}.
 */
final class ContainerCommands {
  /** Does something to one container. */
  private interface Action {
    void act(DetachedContainers all, DetachedContainer container)
        throws IOException, InterruptedException;
  }

  private final Invocation call;

  private ContainerCommands(Invocation call) {
    this.call = call;
  }

  /**
   * Carries out one of the commands of {@link ContainerModel}.
   *
   * @param args what follows its name
   */
  static int execute(String command, String[] args, Invocation call)
      throws IOException, InterruptedException {
    GivenArguments given = ContainerModel.parse(command, args);
    if (given == null) {
      return InfoCommands.help(new String[] {command}, call);
    }
    try {
      return execute(command, given, call);
    } catch (NoSuchContainerException | DamagedContainerException e) {
      return tell(e, call.errors());
    }
  }

  private static int execute(String command, GivenArguments given, Invocation call)
      throws IOException, InterruptedException {
    return switch (command) {
      case "ps" -> PsCommand.execute(given, call);
      case "inspect" -> InspectCommand.execute(given, call);
      case "top" -> TopCommand.execute(given, call);
      case "stats" -> StatsCommand.execute(given, call);
      case "logs" -> LogsCommand.execute(given, call);
      case "cp" -> CopyCommand.execute(given, call);
      case "commit" -> CommitCommand.execute(given, call);
      case "diff" -> DiffCommand.execute(given, call);
      default -> new ContainerCommands(call).onEach(command, given);
    };
  }

  private Action action(String command, GivenArguments given) throws ExplainedException {
    return switch (command) {
      case "stop" -> stop(given);
      case "kill" -> kill(given);
      case "wait" -> (all, container) -> call.out().println(all.await(container).exitCode());
      case "rm" -> {
        boolean force = given.has("--force");
        yield (all, container) -> {
          all.remove(container, force);
          call.out().println(container.name());
        };
      }
      default -> throw new IllegalArgumentException("no command " + command);
    };
  }

  private Action stop(GivenArguments given) throws ExplainedException {
    String text = given.value("--time", null);
    Duration grace = text == null ? null : duration("--time", text);
    return (all, container) -> {
      all.stop(container, grace == null ? container.stopTimeout() : grace);
      call.out().println(container.name());
    };
  }

  private Action kill(GivenArguments given) throws ExplainedException {
    String text = given.value("--signal", "KILL");
    Signal signal;
    try {
      signal = Signal.parse(text);
    } catch (IllegalArgumentException e) {
      throw new ExplainedException("--signal: " + e.getMessage(), "");
    }
    return (all, container) -> {
      all.signal(container, signal);
      call.out().println(container.name());
    };
  }

  /** A number alone is of seconds, as docker stop has it. */
  static Duration duration(String option, String text) throws ExplainedException {
    try {
      return Durations.parse(text);
    } catch (IllegalArgumentException e) {
      throw new ExplainedException(option + ": " + e.getMessage(), "");
    }
  }

  /** Goes on with the others where one fails, and says so with the exit code. */
  private int onEach(String command, GivenArguments given)
      throws IOException, InterruptedException {
    Action action = action(command, given);
    DetachedContainers all = DetachedContainers.of(call.caller());
    int code = ExitCode.OK;
    for (String name : given.words()) {
      try {
        action.act(all, all.find(name));
        call.out().flush();
      } catch (DamagedContainerException e) {
        if (given.has("--force")) {
          all.discard(e.id());
          call.out().println(e.id());
        } else {
          code = tell(e, call.errors());
        }
      } catch (IOException e) {
        int told = tell(e, call.errors());
        // It is as whoever cleans up wants it.
        boolean gone = e instanceof NoSuchContainerException && given.has("--force");
        code = gone ? code : told;
      }
    }
    return code;
  }

  /**
   * Whether the format that was asked for is JSON.
   *
   * @throws ExplainedException if it is neither that nor a table
   */
  static boolean isJson(GivenArguments given) throws ExplainedException {
    String format = given.value("--format", "table");
    if (!format.equals("table") && !format.equals("json")) {
      throw new ExplainedException(
          "--format: \"" + format + "\" is no format (table or json is expected)", "");
    }
    return format.equals("json");
  }

  /** Tells what went wrong with a container. */
  static int tell(IOException e, ErrorPrinter errors) {
    int code = errors.failure(e);
    if (e instanceof NoSuchContainerException none) {
      errors.remedy(
          none.nearest() == null
              ? "'nsrun ps -a' lists all there are"
              : "did you mean " + none.nearest() + "?");
    }
    if (e instanceof DamagedContainerException damaged) {
      errors.remedy("'nsrun rm -f " + damaged.id().substring(0, 12) + "' removes it");
    }
    return code;
  }
}
