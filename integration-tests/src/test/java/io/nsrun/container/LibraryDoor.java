package io.nsrun.container;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * {@code io.nsrun.api}: for root in this JVM, for another caller in one of his own, which stays as
 * long as this one.
 */
final class LibraryDoor implements Door {
  /** Where each caller is answered. */
  private static final Map<Caller, Integer> PORTS = new EnumMap<>(Caller.class);

  /** Those of this JVM and below, once each caller is answered and no container lives. */
  private static Set<Long> quiet = Set.of();

  @Override
  public void open() {
    synchronized (PORTS) {
      if (PORTS.isEmpty()) {
        for (Caller caller : Caller.values()) {
          PORTS.put(caller, serve(caller));
          // The first one unpacks the root file system, and starts what stays.
          run(Asked.of(caller).command("true")).orFail();
        }
      }
    }
    quiet = Host.descendants();
  }

  private static int serve(Caller caller) {
    try {
      if (caller.isRoot()) {
        return LibraryAgent.serve(new Library());
      }
      Process agent =
          JavaProgram.of(
                  caller,
                  LibraryAgent.class,
                  Library.class,
                  LibraryTerms.class,
                  LibraryWishes.class,
                  Wish.class,
                  Asked.class,
                  Caller.class,
                  Setting.class,
                  Outcome.class)
              .builder()
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      Users.beforeRemoval(caller, () -> end(agent));
      return Integer.parseInt(agent.inputReader(StandardCharsets.UTF_8).readLine());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void end(Process agent) {
    try {
      agent.getOutputStream().close();
      agent.waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public Outcome run(Asked asked) {
    return outcome(asked.caller(), LibraryAgent.Question.RUN, asked);
  }

  @Override
  public Outcome fulfil(Caller caller, Wish wish) {
    return outcome(caller, LibraryAgent.Question.FULFIL, wish);
  }

  private static Outcome outcome(Caller caller, LibraryAgent.Question kind, Serializable what) {
    try (Socket socket = ask(caller, kind, what);
        ObjectInputStream answers = new ObjectInputStream(socket.getInputStream())) {
      return (Outcome) answers.readObject();
    } catch (IOException | ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Live start(Asked asked) {
    try {
      return new ByCalls(ask(asked.caller(), LibraryAgent.Question.LIVE, asked));
    } catch (IOException | ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Socket ask(Caller caller, LibraryAgent.Question kind, Serializable what)
      throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), PORTS.get(caller));
    ObjectOutputStream question = new ObjectOutputStream(socket.getOutputStream());
    question.writeObject(kind);
    question.writeObject(what);
    question.flush();
    return socket;
  }

  @Override
  public void assertUnchanged(Host before) {
    // A monitor ends a moment after it has told the end, and nobody but the launcher waits for it.
    Await.until("processes are as before", () -> Host.descendants().equals(quiet));
    before.assertUnchanged();
  }

  @Override
  public String either(String ofTheCommandLine, String ofTheLibrary) {
    return ofTheLibrary;
  }

  @Override
  public String toString() {
    return "the library";
  }

  /** A container of an agent. */
  private static final class ByCalls implements Live {
    private final Socket socket;
    private final ObjectInputStream answers;
    private final long pid;
    private final BufferedReader out;
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

    ByCalls(Socket socket) throws IOException, ReflectiveOperationException {
      this.socket = socket;
      this.answers = new ObjectInputStream(socket.getInputStream());
      Object first = answers.readObject();
      if (!(first instanceof Long started)) {
        throw new AssertionError("not started: " + first);
      }
      this.pid = started;
      PipedOutputStream pipe = new PipedOutputStream();
      PipedInputStream read = new PipedInputStream(pipe, 1 << 20);
      this.out = new BufferedReader(new InputStreamReader(read, StandardCharsets.UTF_8));
      Thread thread = new Thread(() -> follow(pipe));
      thread.setDaemon(true);
      thread.start();
    }

    private void follow(PipedOutputStream pipe) {
      try (pipe) {
        Object answer = answers.readObject();
        for (; answer instanceof byte[] bytes; answer = answers.readObject()) {
          pipe.write(bytes);
          pipe.flush();
        }
        outcome.complete((Outcome) answer);
      } catch (IOException | ReflectiveOperationException e) {
        outcome.completeExceptionally(e);
      }
    }

    @Override
    public String line() {
      try {
        return out.readLine();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public OutputStream stdin() {
      try {
        return socket.getOutputStream();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void endInput() {
      try {
        socket.shutdownOutput();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public Proc monitor() {
      return new Proc(Long.parseLong(init().stat(4)));
    }

    @Override
    public Proc init() {
      return new Proc(Long.parseLong(command().stat(4)));
    }

    @Override
    public Proc command() {
      return new Proc(pid);
    }

    @Override
    public Outcome end() {
      List<String> rest = out.lines().toList();
      Outcome ended = outcome.join();
      return new Outcome(
          ended.code(),
          rest.isEmpty() ? "" : String.join("\n", rest) + "\n",
          ended.err(),
          ended.told());
    }

    @Override
    public void close() {
      try {
        if (!outcome.isDone()) {
          ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        }
        outcome.join();
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
