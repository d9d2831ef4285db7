package io.nsrun.engine;

import io.nsrun.launch.Nsinit;
import io.nsrun.spec.Signal;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecProblems;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * A container with an nsinit process of its own. One thread prepares it, listens to it and cleans
 * up behind it: it is never interrupted, and an interrupt would close the files whose locks others
 * rely on.
 */
final class ColdContainer implements StartedContainer, Launcher.Listener {
  /** How long whoever was interrupted waits for the end, which takes long only while unpacking. */
  private static final long PATIENCE_SECONDS = 1;

  private final ColdStarter starter;
  private final Caller caller;
  private final Spec spec;
  private final SpecProblems problems;
  private final Redirects redirects;
  private final Consumer<String> warnings;

  private final CompletableFuture<StartedContainer> start = new CompletableFuture<>();
  private final CompletableFuture<End> end = new CompletableFuture<>();

  // Set before the start is complete.
  private volatile Prepared prepared;
  private Running running;
  private OutputStream input;
  private InputStream output;
  private InputStream error;
  private long pid;

  // Guarded by this.
  private Launcher launcher;
  private IOException cancelled;

  ColdContainer(
      ColdStarter starter,
      Caller caller,
      Spec spec,
      SpecProblems problems,
      Redirects redirects,
      Consumer<String> warnings) {
    this.starter = starter;
    this.caller = caller;
    this.spec = spec;
    this.problems = problems;
    this.redirects = redirects;
    this.warnings = warnings;
  }

  void begin() throws IOException {
    Thread thread = new Thread(null, this::live, "container " + spec.name(), 0, false);
    thread.setDaemon(true);
    try {
      thread.start();
    } catch (OutOfMemoryError e) {
      IOException why = new IOException("there is no thread for it: " + e.getMessage(), e);
      end.complete(End.lost(why.getMessage()));
      starter.gone(this);
      throw why;
    }
  }

  StartedContainer awaitStart() throws IOException, InterruptedException {
    try {
      return start.get();
    } catch (InterruptedException e) {
      end(new IOException("interrupted", e));
      awaitGoneFor(PATIENCE_SECONDS);
      throw e;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      if (e.getCause() instanceof RuntimeException unchecked) {
        throw unchecked;
      }
      throw new IOException("internal error: " + e.getCause(), e.getCause());
    }
  }

  private void live() {
    End how = null;
    Throwable why = null;
    try {
      how = run();
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      why = e;
    }
    IOException reason = cancelled();
    if (why != null) {
      start.completeExceptionally(reason == null ? why : reason);
      how = End.lost("nobody can tell how it ended: " + why.getMessage());
    } else {
      start.completeExceptionally(reason == null ? new NotStartedException(prepared, how) : reason);
    }
    end.complete(how);
    starter.gone(this);
  }

  /** Blocks until nothing of the container is left. */
  private End run() throws IOException, InterruptedException {
    Leases leases = new Leases();
    try (Launcher made = Launcher.of(caller, redirects)) {
      take(made);
      if (!redirects.nameFiles()) {
        // It comes up while the plan is made.
        made.startNsinit();
      }
      prepared = new Preparation(caller, made, leases).prepare(spec, problems);
      for (String warning : prepared.warnings()) {
        warnings.accept(warning);
      }
      return made.run(prepared, Streams.UNOPENED, this).await();
    } finally {
      for (IOException trouble : leases.release()) {
        warnings.accept(String.valueOf(trouble.getMessage()));
      }
    }
  }

  private synchronized void take(Launcher made) throws IOException {
    if (cancelled != null) {
      throw cancelled;
    }
    launcher = made;
  }

  private synchronized IOException cancelled() {
    return cancelled;
  }

  @Override
  public void log(Launcher.Level level, String message) {
    if (level == Launcher.Level.WARN) {
      warnings.accept(message);
    }
  }

  @Override
  public void started(Running now) {
    try {
      Nsinit nsinit = launcher().nsinit();
      running = now;
      pid = now.pid();
      input = nsinit.input();
      output = nsinit.output();
      error = nsinit.error();
      start.complete(this);
    } catch (IOException | InterruptedException e) {
      start.completeExceptionally(e);
    }
  }

  private synchronized Launcher launcher() {
    return launcher;
  }

  /**
   * Ends it, whatever it is about to do. Does not wait.
   *
   * @param why what to tell whoever waits for the start
   */
  void end(IOException why) {
    Launcher open;
    synchronized (this) {
      cancelled = cancelled == null ? why : cancelled;
      open = launcher;
    }
    if (isStarted()) {
      signal(Signal.KILL);
    } else if (open != null) {
      open.cancel();
    }
  }

  private boolean isStarted() {
    return start.isDone() && !start.isCompletedExceptionally();
  }

  @Override
  public void awaitGone() {
    end.join();
  }

  @Override
  public void whenGone(Runnable action) {
    @SuppressWarnings("unused")
    var done = end.thenRun(action);
  }

  private void awaitGoneFor(long seconds) throws InterruptedException {
    try {
      end.get(seconds, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      // An archive is being unpacked, and no container follows.
      return;
    }
  }

  @Override
  public Prepared prepared() {
    return prepared;
  }

  @Override
  public long pid() {
    return pid;
  }

  @Override
  public Instant started() {
    return Instant.ofEpochMilli(running.startedMillis());
  }

  @Override
  public OutputStream input() {
    return input;
  }

  @Override
  public InputStream output() {
    return output;
  }

  @Override
  public InputStream error() {
    return error;
  }

  @Override
  public void signal(Signal signal) {
    try {
      running.signal(signal);
    } catch (IOException e) {
      // It has ended.
      return;
    }
  }

  @Override
  public CompletableFuture<End> end() {
    return end;
  }
}
