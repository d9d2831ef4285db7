package io.nsrun.api;

import io.nsrun.engine.End;
import io.nsrun.engine.StartedContainer;
import io.nsrun.spec.Signal;
import io.nsrun.spec.StopPolicy;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A container whose command was started: a {@link Process}, and whatever takes one takes it. Safe
 * for use by several threads; virtual ones may block in it, also in its streams.
 *
 * <p>It lives until its command has ended, which takes every other process in it along, or until it
 * is killed; nothing happens to it when the thread that started it ends. As with each process, a
 * command that writes more than a pipe holds waits until that is read.
 *
 * <p>The streams are pipes, which a command may open by name, as {@code /dev/stdout}. An interrupt
 * neither ends a read or write nor closes a stream, whichever kind of thread waits: {@link #close}
 * does, and {@link #destroy}, as nobody writes any more then. A virtual thread that waits for a
 * stream occupies a platform thread of this library's meanwhile, and none of its own carriers.
 *
 * {@snippet file="Snippets.java" region="container"}
 */
public final class Container extends Process implements AutoCloseable {
  private final StartedContainer started;
  private final String name;
  private final OutputStream input;
  private final GuestInputStream output;
  private final GuestInputStream error;

  /** How it ended; what tells it has told nobody else before. */
  private final CompletableFuture<ContainerEnd> end = new CompletableFuture<>();

  private final AtomicBoolean stopping = new AtomicBoolean();

  /**
   * @param name of the container whose command it is
   */
  Container(StartedContainer started, String name) {
    this.started = started;
    this.name = name;
    this.input = new GuestOutputStream(started.input());
    this.output = new GuestInputStream(started.output());
    this.error = new GuestInputStream(started.error());
  }

  /** To be called once, when it may be told of the end. */
  void follow(Listeners listeners) {
    // The future of what is done then is of no use: it fails where a listener throws an Error.
    @SuppressWarnings("unused")
    var done = started.end().thenAccept(how -> ended(how, listeners));
  }

  private void ended(End how, Listeners listeners) {
    ContainerEnd result = ContainerEnd.of(how, started.prepared().isolation(), started.started());
    end.complete(result);
    // Whoever takes it for a process closes nothing.
    close(started.input());
    started.whenGone(output::ended);
    started.whenGone(error::ended);
    listeners.ended(this, result);
  }

  /** {@return its name, which messages call it} */
  public String name() {
    return name;
  }

  List<String> command() {
    return started.prepared().spec().process().args();
  }

  StartedContainer started() {
    return started;
  }

  /**
   * What the command reads, buffered; dropped where {@code redirectInput} says otherwise.
   *
   * <p>Writing more than the buffer holds, flushing and closing block while the pipe is full, and
   * throw an {@link IOException} once nobody reads any more; an interrupt ends neither.
   */
  @Override
  public OutputStream getOutputStream() {
    return input;
  }

  /**
   * What the command writes to its standard output; empty where that was redirected.
   *
   * <p>Reading blocks until something is written, or nobody writes any more, which is the end of
   * the stream; an interrupt does not end it. What was not read when the command ended still is
   * there to be read, until {@link #close}.
   */
  @Override
  public InputStream getInputStream() {
    return output;
  }

  /**
   * What the command writes to its standard error; empty where that was redirected, or goes where
   * standard output does. Blocks as {@link #getInputStream} does.
   */
  @Override
  public InputStream getErrorStream() {
    return error;
  }

  /**
   * Blocks until the container has ended and nothing of it is left.
   *
   * @return see {@link #exitValue}
   * @throws InterruptedException if the thread is interrupted; nothing happens to the container
   */
  @Override
  public int waitFor() throws InterruptedException {
    return awaitEnd().exitCode();
  }

  /**
   * Blocks until the container has ended and nothing of it is left, but not for longer than said.
   *
   * @return whether it has ended
   * @throws InterruptedException if the thread is interrupted; nothing happens to the container
   */
  @Override
  public boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
    try {
      end.get(Math.max(0, timeout), unit);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Blocks as {@link #waitFor()} does.
   *
   * @return how it ended
   * @throws InterruptedException if the thread is interrupted; nothing happens to the container
   */
  public ContainerEnd awaitEnd() throws InterruptedException {
    try {
      return end.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * {@return how it ended}
   *
   * <p>Does not block.
   *
   * @throws IllegalThreadStateException if it has not ended
   */
  public ContainerEnd end() {
    ContainerEnd result = end.getNow(null);
    if (result == null) {
      throw new IllegalThreadStateException("the container has not ended");
    }
    return result;
  }

  /**
   * The exit code of the command, or 128 and the number of the signal that ended it; 125 if nobody
   * can tell. Does not block.
   *
   * @throws IllegalThreadStateException if it has not ended
   */
  @Override
  public int exitValue() {
    return end().exitCode();
  }

  /** Whether it has not ended. Does not block. */
  @Override
  public boolean isAlive() {
    return !end.isDone();
  }

  /**
   * Completed once, when the container has ended and nothing of it is left, never exceptionally.
   * What is done with one of these futures does nothing to others.
   */
  @Override
  public CompletableFuture<Process> onExit() {
    // By a thread of its own: that of the launcher has all containers to listen to.
    return end.thenApplyAsync(ended -> this, Blocking.THREADS);
  }

  /**
   * Sends the command its stop signal, and kills the container if it is alive after the grace time
   * ({@link ContainerBuilder#stop}). Does not block, and does nothing once it has ended.
   */
  @Override
  public void destroy() {
    StopPolicy stop = started.prepared().spec().stop();
    if (stop.grace().isZero()) {
      destroyForcibly();
      return;
    }
    started.signal(stop.signal());
    if (stopping.compareAndSet(false, true)) {
      @SuppressWarnings("unused")
      var killed =
          end.copy()
              .orTimeout(stop.grace().toMillis(), TimeUnit.MILLISECONDS)
              .exceptionally(
                  late -> {
                    destroyForcibly();
                    return null;
                  });
    }
  }

  /** Kills the container. Does not block, and does nothing once it has ended. */
  @Override
  public Process destroyForcibly() {
    started.signal(Signal.KILL);
    return this;
  }

  /** True: {@link #destroy} lets the command end by itself. */
  @Override
  public boolean supportsNormalTermination() {
    return true;
  }

  /**
   * Sends the command a signal. Does not block, and does nothing once it has ended.
   *
   * @param number 1 to 64, signal(7); 9 is for the whole container
   * @throws IllegalArgumentException if no signal has that number
   */
  public void signal(int number) {
    started.signal(new Signal(number));
  }

  /**
   * The command's, as the host sees it; inside it has another one. Does not block.
   *
   * @return its number, which another process may have after the end
   */
  @Override
  public long pid() {
    return started.pid();
  }

  /**
   * Of the command as it was given, and as the host sees it: what only the host knows is empty once
   * it has ended. Does not block.
   */
  @Override
  public ProcessHandle.Info info() {
    return new ContainerInfo(this);
  }

  /**
   * A handle that ends the container as this does; others know it by the pid. Does not block, nor
   * does the handle.
   */
  @Override
  public ProcessHandle toHandle() {
    return new ContainerHandle(this);
  }

  /**
   * Kills the container if it is alive, and blocks until nothing of it is left; an interrupt waits
   * until then. Closes its streams, and what was not read is lost. Does nothing the second time.
   */
  @Override
  public void close() {
    destroyForcibly();
    end.join();
    started.awaitGone();
    close(input);
    close(output);
    close(error);
  }

  static void close(Closeable stream) {
    try {
      stream.close();
    } catch (IOException e) {
      // What it could not be given, a command that has ended does not want.
      return;
    }
  }

  /** For messages: its name, and how it ended if it has. */
  @Override
  public String toString() {
    ContainerEnd result = end.getNow(null);
    return "Container[" + name() + ", " + (result == null ? "pid " + pid() : result) + "]";
  }
}
