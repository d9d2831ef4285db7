package io.nsrun.cli;

import io.nsrun.engine.Caller;
import io.nsrun.engine.ContainerDiff;
import io.nsrun.engine.DetachedContainer;
import io.nsrun.engine.DetachedContainers;
import io.nsrun.engine.ExitCode;
import io.nsrun.spec.Printable;
import java.io.IOException;
import java.io.PrintWriter;

/** {@code diff}: what a container has changed of its root file system. */
final class DiffCommand {
  private DiffCommand() {}

  static int execute(GivenArguments given, Invocation call) throws IOException {
    Caller caller = call.caller();
    DetachedContainers all = DetachedContainers.of(caller);
    DetachedContainer container = all.find(given.words().get(0));
    PrintWriter out = call.writer();
    try {
      new ContainerDiff(caller, all, container)
          .tell((kind, path) -> out.print(kind.name().charAt(0) + " " + Printable.of(path) + "\n"));
    } finally {
      out.flush();
    }
    return ExitCode.OK;
  }
}
