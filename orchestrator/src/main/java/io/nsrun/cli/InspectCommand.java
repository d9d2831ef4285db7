package io.nsrun.cli;

import io.nsrun.engine.DetachedContainer;
import io.nsrun.engine.DetachedContainers;
import io.nsrun.engine.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** {@code inspect}: all that is known of containers that live on. */
final class InspectCommand {
  private InspectCommand() {}

  static int execute(GivenArguments given, Invocation call) throws IOException {
    DetachedContainers all = DetachedContainers.of(call.caller());
    List<DetachedContainer> found = new ArrayList<>();
    int code = ExitCode.OK;
    for (String name : given.words()) {
      try {
        found.add(all.find(name));
      } catch (IOException e) {
        code = ContainerCommands.tell(e, call.errors());
      }
    }
    PrintWriter out = call.writer();
    out.print(ContainerJson.list(found));
    out.flush();
    return code;
  }
}
