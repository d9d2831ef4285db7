package io.nsrun.cli;

import io.nsrun.engine.Caller;
import io.nsrun.engine.ContainerCommit;
import io.nsrun.engine.DetachedContainer;
import io.nsrun.engine.DetachedContainers;
import io.nsrun.engine.ExitCode;
import io.nsrun.spec.ExplainedException;
import java.io.IOException;
import java.util.List;

/** {@code commit}: the root file system of a container as an archive. */
final class CommitCommand {
  private CommitCommand() {}

  @SuppressWarnings("resource") // standard output stays open
  static int execute(GivenArguments given, Invocation call) throws IOException {
    List<String> words = given.words();
    if (words.size() != 2) {
      throw new ExplainedException(
          "commit: of which container, and to which archive? " + words.size() + " words are given",
          "commit CONTAINER FILE.tar.gz");
    }
    Caller caller = call.caller();
    DetachedContainers all = DetachedContainers.of(caller);
    DetachedContainer container = all.find(words.get(0));
    ContainerCommit commit = new ContainerCommit(caller, all, container);
    if (words.get(1).equals("-")) {
      CopyCommand.refuseTerminal("commit", caller);
      commit.toStream(new StandardOutput());
    } else {
      commit.toFile("commit", words.get(1));
    }
    for (String note : commit.notes()) {
      call.errors().line(container.name() + ": " + note);
    }
    return ExitCode.OK;
  }
}
