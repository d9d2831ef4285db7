package io.nsrun.cli;

import io.nsrun.engine.Caller;
import io.nsrun.log.StderrLogProvider;
import io.nsrun.service.Call;
import io.nsrun.service.ElsewhereException;
import io.nsrun.service.Service;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Set;

/** Carries commands out for callers whose front has asked this JVM. */
final class ServedCalls implements Service.Handler {
  /** Others read or write the caller's streams themselves, or look at what this JVM sees. */
  private static final Set<String> COMMANDS =
      Set.of(
          "run",
          "create",
          "start",
          "restart",
          "attach",
          "exec",
          "ps",
          "top",
          "stats",
          "logs",
          "stop",
          "kill",
          "wait",
          "rm",
          "inspect",
          "diff",
          "version",
          "--version",
          "-v",
          "-V",
          "help",
          "--help",
          "-h",
          "pause",
          "unpause");

  /**
   * Half as often as HotSpot wants a method called before it compiles it; most are called twice.
   */
  private static final int ENOUGH = 100;

  private static final String[] PLANNED = {"run", "--dry-run", "busybox", "true"};

  @Override
  public void warmUp() {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    for (int i = 0; i < ENOUGH; i++) {
      Main.run(new Invocation(nowhere, nowhere, false), PLANNED);
    }
  }

  @Override
  public int handle(Call call) {
    List<String> words = call.arguments();
    if (words.isEmpty() || !COMMANDS.contains(words.get(0))) {
      throw new ElsewhereException("a command that a service does not carry out");
    }
    StderrLogProvider.divert(call.err());
    try {
      return Main.run(new Served(call), words.toArray(String[]::new));
    } finally {
      StderrLogProvider.divert(null);
    }
  }

  /** One of them. */
  private static final class Served extends Invocation {
    private final Call call;

    Served(Call call) {
      super(call.out(), call.err(), false);
      this.call = call;
    }

    @Override
    Caller caller() throws IOException {
      return call.caller();
    }

    @Override
    int failed(Throwable e) {
      if (e instanceof ElsewhereException elsewhere) {
        throw elsewhere; // a run loads no class of it
      }
      return super.failed(e);
    }

    @Override
    void needsOwnJvm(String why) {
      throw new ElsewhereException(why);
    }
  }
}
