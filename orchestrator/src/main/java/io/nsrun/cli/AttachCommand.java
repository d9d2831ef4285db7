package io.nsrun.cli;

import io.nsrun.engine.Attachment;
import io.nsrun.engine.Caller;
import io.nsrun.engine.DetachedContainer;
import io.nsrun.engine.DetachedContainers;
import io.nsrun.engine.End;
import io.nsrun.engine.ExitCode;
import io.nsrun.engine.Launcher;
import io.nsrun.engine.StatusLines;
import io.nsrun.log.LogLevel;
import io.nsrun.spec.ExplainedException;
import java.io.IOException;

/** {@code attach}, and what {@code start --attach} does once the container is started. */
final class AttachCommand {
  /** As whoever writes to a pipe that nobody reads is killed: SIGPIPE. */
  private static final int UNREAD = 128 + 13;

  private final Invocation call;
  private final ErrorPrinter errors;
  private final byte[] keys;
  private final boolean signals;
  private final boolean input;
  private final boolean ends;

  private AttachCommand(GivenArguments given, boolean input, boolean ends, Invocation call)
      throws ExplainedException {
    this.call = call;
    errors = call.errors();
    this.input = input;
    this.ends = ends;
    keys = DetachKeys.parse(given.value("--detach-keys", DetachKeys.DEFAULT));
    String proxy = given.value("--sig-proxy", "true");
    String flag = OptionValues.flagValue(proxy);
    if (flag == null) {
      throw new ExplainedException("--sig-proxy: \"" + proxy + "\" is neither true nor false", "");
    }
    signals = flag.equals("true");
  }

  /**
   * That of {@code start}.
   *
   * @return null if it does not attach
   * @throws ExplainedException if an option makes no sense
   */
  static AttachCommand ofStart(GivenArguments given, Invocation call) throws ExplainedException {
    boolean input = given.has("--interactive");
    if (!input && !given.has("--attach")) {
      return null;
    }
    if (given.words().size() > 1) {
      throw new ExplainedException("--attach: is for one container", "start them one by one");
    }
    return new AttachCommand(given, input, input, call);
  }

  /**
   * Attaches to a container; blocks until that has ended, or is left.
   *
   * @param args what follows {@code attach}
   * @return exit code: the container's, or 0 if it was left
   */
  static int execute(String[] args, Invocation call) throws IOException, InterruptedException {
    GivenArguments given = ContainerModel.parse("attach", args);
    if (given == null) {
      return InfoCommands.help(new String[] {"attach"}, call);
    }
    AttachCommand command = new AttachCommand(given, !given.has("--no-stdin"), false, call);
    Caller caller = call.caller();
    DetachedContainers all = DetachedContainers.of(caller);
    try {
      return command.attach(
          all, all.find(given.words().get(0)), caller, () -> {}, StatusLines.none());
    } catch (IOException e) {
      return ContainerCommands.tell(e, call.errors());
    }
  }

  /**
   * The same for a container that was found, or was started right now.
   *
   * @param begun called once nothing that it writes is missed any more
   */
  int attach(
      DetachedContainers all,
      DetachedContainer container,
      Caller caller,
      Runnable begun,
      StatusLines status)
      throws IOException, InterruptedException {
    // What is typed at a terminal is a key, and not a signal; what comes otherwise is for us.
    boolean proxied = signals && !container.terminal();
    Attachment attachment = new Attachment(input, ends, proxied, keys, begun, this::warn);
    try (Launcher launcher = Launcher.of(caller)) {
      if (proxied) {
        launcher.forwardSignals(launcher::abandonAttachment);
      }
      End end = all.attach(container, launcher, attachment);
      tellMissed(container, attachment.missedBytes());
      if (end == null) {
        return left(container, attachment, caller);
      }
      status.ended(end);
      if (!end.ran()) {
        errors.line(container.name() + ": " + end.reason());
      }
      return end.exitCode();
    }
  }

  private int left(DetachedContainer container, Attachment attachment, Caller caller) {
    if (attachment.isUnread()) {
      return UNREAD;
    }
    if (caller.isTerminal(2)) {
      call.err().println(); // behind what the container has written
    }
    errors.line(
        container.name() + ": left by its keys, and goes on; 'nsrun attach' comes back to it");
    return ExitCode.OK;
  }

  private void tellMissed(DetachedContainer container, long bytes) {
    if (bytes > 0) {
      errors.line(
          container.name()
              + ": "
              + bytes
              + " bytes of output were not read in time, and are left out here"
              + (container.logFiles() > 0 ? "; 'nsrun logs' has them" : ""));
    }
  }

  private void warn(String message) {
    if (LogLevel.current().covers(LogLevel.WARN)) {
      NsinitLog.log(LogLevel.WARN, message);
    }
  }
}
