package io.nsrun.cli;

import io.nsrun.engine.DetachedContainer;
import io.nsrun.engine.DetachedContainers;
import io.nsrun.engine.End;
import io.nsrun.engine.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** {@code ps}: the containers that live on, in a table. */
final class PsCommand {
  private static final int LONGEST_COMMAND = 24;
  private static final long SECOND = 1000;

  private PsCommand() {}

  static int execute(GivenArguments given, Invocation call) throws IOException {
    boolean json = ContainerCommands.isJson(given);
    PsFilter filter = PsFilter.of(given.values("--filter"));
    boolean ended = given.has("--all") || filter.isOfStatus();
    List<DetachedContainer> shown = new ArrayList<>();
    List<IOException> damaged = new ArrayList<>();
    DetachedContainers all = DetachedContainers.of(call.caller());
    for (DetachedContainer container : all.list(damaged)) {
      if ((ended || container.isAlive()) && filter.lets(container)) {
        shown.add(container);
      }
    }
    boolean whole = given.has("--no-trunc");
    PrintWriter out = call.writer();
    if (json) {
      out.print(ContainerJson.list(shown));
    } else if (given.has("--quiet")) {
      for (DetachedContainer container : shown) {
        out.println(whole ? container.id() : container.shortId());
      }
    } else {
      TextTable.print(table(shown, whole, System.currentTimeMillis()), out);
    }
    out.flush();
    int code = ExitCode.OK;
    for (IOException why : damaged) {
      code = ContainerCommands.tell(why, call.errors());
    }
    return code;
  }

  private static List<String[]> table(List<DetachedContainer> shown, boolean whole, long now) {
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"CONTAINER ID", "ROOTFS", "COMMAND", "CREATED", "STATUS", "NAME"});
    for (DetachedContainer container : shown) {
      rows.add(
          new String[] {
            whole ? container.id() : container.shortId(),
            shortened(container.rootfs(), whole),
            shortened(String.join(" ", container.command()), whole),
            ago(now - container.createdMillis()) + " ago",
            status(container, now),
            container.name()
          });
    }
    return rows;
  }

  private static String shortened(String text, boolean whole) {
    return whole || text.length() <= LONGEST_COMMAND
        ? text
        : text.substring(0, LONGEST_COMMAND - 3) + "...";
  }

  private static String status(DetachedContainer container, long now) {
    return switch (container.status()) {
      case CREATED -> "Created";
      case CREATING -> "Creating";
      case RUNNING -> "Up " + ago(now - container.startedMillis());
      case DEAD -> "Dead";
      case RESTARTING -> ended("Restarting", container, now);
      case EXITED -> ended("Exited", container, now);
    };
  }

  private static String ended(String word, DetachedContainer container, long now) {
    End end = container.end();
    String limit = end.limit() == null ? "" : ", " + end.limit().cause();
    String when =
        container.endedMillis() == 0 ? "" : " " + ago(now - container.endedMillis()) + " ago";
    return word + " (" + end.exitCode() + limit + ")" + when;
  }

  private static String ago(long millis) {
    long[] sizes = {86_400 * SECOND, 3_600 * SECOND, 60 * SECOND, SECOND};
    String[] names = {"day", "hour", "minute", "second"};
    for (int i = 0; i < sizes.length; i++) {
      long count = Math.max(0, millis) / sizes[i];
      if (count > 0 || i == sizes.length - 1) {
        return count + " " + names[i] + (count == 1 ? "" : "s");
      }
    }
    throw new IllegalStateException();
  }
}
