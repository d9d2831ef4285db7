package io.nsrun.cli;

import io.nsrun.engine.Caller;
import io.nsrun.engine.ContainerCopy;
import io.nsrun.engine.DetachedContainer;
import io.nsrun.engine.DetachedContainers;
import io.nsrun.engine.ExitCode;
import io.nsrun.spec.ExplainedException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.util.List;

/** {@code cp}: files into a container, and out of one. */
final class CopyCommand {
  private static final String STREAM = "-";

  private CopyCommand() {}

  static int execute(GivenArguments given, Invocation call) throws IOException {
    List<String> words = given.words();
    if (words.size() != 2) {
      throw new ExplainedException(
          "cp: from where, and where to? " + words.size() + " paths are given",
          "cp CONTAINER:PATH FILE, or cp FILE CONTAINER:PATH");
    }
    String from = words.get(0);
    String to = words.get(1);
    int inFrom = colon(from);
    int inTo = colon(to);
    if ((inFrom < 0) == (inTo < 0)) {
      throw new ExplainedException(
          inFrom < 0
              ? "cp: neither " + from + " nor " + to + " is in a container"
              : "cp: both " + from + " and " + to + " are in containers",
          "one of them is CONTAINER:PATH, and the other one a path of yours (./a:b if it has a colon), or -");
    }
    boolean out = inFrom >= 0;
    String name = out ? from.substring(0, inFrom) : to.substring(0, inTo);
    String inside = out ? from.substring(inFrom + 1) : to.substring(inTo + 1);
    String own = out ? to : from;
    if (inside.isEmpty() || own.isEmpty()) {
      throw new ExplainedException("cp: which path?", "CONTAINER:PATH, as in web:/etc/hosts");
    }
    Caller caller = call.caller();
    DetachedContainers all = DetachedContainers.of(caller);
    DetachedContainer container = all.find(name);
    ContainerCopy copy =
        new ContainerCopy(
            caller, all, container, given.has("--archive"), given.has("--follow-link"));
    if (out) {
      out(copy, inside, own, caller);
    } else {
      in(copy, own, inside, caller);
    }
    for (String loss : copy.losses()) {
      call.errors().line(container.name() + ": " + loss);
    }
    return ExitCode.OK;
  }

  @SuppressWarnings("resource") // standard streams stay open
  private static void out(ContainerCopy copy, String from, String to, Caller caller)
      throws IOException {
    if (!to.equals(STREAM)) {
      copy.out(from, to);
      return;
    }
    refuseTerminal("cp", caller);
    copy.out(from, new StandardOutput());
  }

  /** An archive is nothing to be looked at. */
  static void refuseTerminal(String command, Caller caller) throws ExplainedException {
    if (!caller.hasStream(1) || caller.isTerminal(1)) {
      throw new ExplainedException(
          "an archive is not written to a terminal",
          "redirect it: nsrun " + command + " ... - > FILE");
    }
  }

  @SuppressWarnings("resource") // standard streams stay open
  private static void in(ContainerCopy copy, String from, String to, Caller caller)
      throws IOException {
    if (!from.equals(STREAM)) {
      copy.in(from, to);
      return;
    }
    if (!caller.hasStream(0)) {
      throw new ExplainedException(
          "standard input is closed", "give an archive: nsrun cp - ... < FILE");
    }
    copy.in(new FileInputStream(FileDescriptor.in), to);
  }

  /** Where the name of a container ends; -1 for a path of the caller's. */
  private static int colon(String word) {
    return word.startsWith("/") || word.startsWith(".") ? -1 : word.indexOf(':');
  }
}
