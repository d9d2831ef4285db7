package io.nsrun.cli;

import io.nsrun.engine.Caller;
import io.nsrun.engine.DetachedContainer;
import io.nsrun.engine.DetachedContainers;
import io.nsrun.engine.ExitCode;
import io.nsrun.engine.Roots;
import io.nsrun.rootfs.RootfsStore;
import io.nsrun.spec.Bytes;
import io.nsrun.spec.ExplainedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ParseResult;

/** {@code prune}: makes room, where archives were unpacked and containers were kept. */
final class PruneCommand {
  /** Nothing was done, since nobody wanted it. */
  private static final int REFUSED = 1;

  private final Caller caller;
  private final ErrorPrinter errors;
  private final PrintWriter out;
  private int code = ExitCode.OK;

  private PruneCommand(Invocation call) throws IOException {
    caller = call.caller();
    errors = call.errors();
    out = call.writer();
  }

  /**
   * Removes the trees that no container uses, and before that, if asked to, the containers that
   * have ended; blocks until all of it is gone.
   *
   * @param args what follows {@code prune}
   */
  static int execute(String[] args, Invocation call) throws IOException, InterruptedException {
    OptionValues values = new OptionValues();
    ParseResult given = CommandModel.command("prune", values).parseArgs(args);
    if (values.has(RunOption.HELP)) {
      return InfoCommands.help(new String[] {"prune"}, call);
    }
    PruneCommand command = new PruneCommand(call);
    if (given.hasMatchedOption("--containers")
        && !command.containers(given.hasMatchedOption("--force"))) {
      command.errors.line("nothing is removed");
      return REFUSED;
    }
    command.trees();
    return command.code;
  }

  /** False if they are to stay. */
  private boolean containers(boolean force) throws IOException, InterruptedException {
    DetachedContainers all = DetachedContainers.of(caller);
    List<IOException> damaged = new ArrayList<>();
    List<DetachedContainer> ended = all.listEnded(damaged);
    if (!ended.isEmpty() && !force && !isWanted(ended)) {
      return false;
    }
    for (DetachedContainer container : ended) {
      try {
        all.remove(container, false);
        out.println("removed  container " + container.name());
      } catch (IOException e) {
        code = ContainerCommands.tell(e, errors);
      }
    }
    for (IOException why : damaged) {
      code = ContainerCommands.tell(why, errors);
    }
    out.flush();
    return true;
  }

  private boolean isWanted(List<DetachedContainer> ended) throws IOException {
    List<String> names = new ArrayList<>();
    for (DetachedContainer container : ended) {
      names.add(container.name());
    }
    if (!caller.hasStream(0)) {
      throw new ExplainedException(
          "prune: there is nobody to ask: standard input is closed", "--force does not ask");
    }
    errors.question(
        "remove "
            + (names.size() == 1 ? "this container that has" : "these containers that have")
            + " ended, with all that is kept of "
            + (names.size() == 1 ? "it: " : "them: ")
            + String.join(", ", names)
            + "? [y/N] ");
    String answer =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
    return answer != null && List.of("y", "yes").contains(answer.strip().toLowerCase(Locale.ROOT));
  }

  private void trees() throws IOException {
    long freed = 0;
    for (RootfsStore.Pruned tree : Roots.prune(caller)) {
      if (tree.bytes() < 0) {
        out.println("in use   " + tree.name());
      } else {
        freed += tree.bytes();
        out.println("removed  " + tree.name() + "  " + new Bytes(tree.bytes()).text());
      }
    }
    out.println("freed    " + new Bytes(freed).text());
    out.flush();
  }
}
