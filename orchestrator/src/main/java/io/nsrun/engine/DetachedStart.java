package io.nsrun.engine;

import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecProblems;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * The start of one container that lives on when this program has ended: by an nsinit of its own,
 * not by the launcher, with which all others end.
 */
final class DetachedStart implements Launcher.Listener {
  /** How long whoever was interrupted waits for the end, which takes long only while unpacking. */
  private static final long PATIENCE_SECONDS = 1;

  private final Caller caller;
  private final Spec spec;
  private final SpecProblems problems;
  private final Consumer<String> warnings;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private final AtomicReference<IOException> cancelled = new AtomicReference<>();
  private volatile Launcher launcher;

  DetachedStart(Caller caller, Spec spec, SpecProblems problems, Consumer<String> warnings) {
    this.caller = caller;
    this.spec = spec;
    this.problems = problems;
    this.warnings = warnings;
  }

  /** Does all of it; for a worker, which nobody interrupts. */
  void begin() {
    try {
      start();
      if (cancelled.get() == null) {
        done.complete(null);
        return;
      }
      DetachedContainers.of(caller).discard(spec.id());
      done.completeExceptionally(cancelled.get());
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      IOException why = cancelled.get();
      // What fails since it is not wanted any more is no failure.
      done.completeExceptionally(why == null ? e : why);
    }
  }

  private void start() throws IOException, InterruptedException {
    Leases leases = new Leases();
    try (Launcher own = Launcher.toDetach(caller)) {
      launcher = own;
      Prepared prepared = new Preparation(caller, own, leases).prepare(spec, problems);
      prepared.warnings().forEach(warnings);
      if (cancelled.get() != null) {
        throw cancelled.get();
      }
      End end = own.detach(prepared, this);
      if (end != null) {
        throw new NotStartedException(prepared, end);
      }
    } finally {
      for (IOException trouble : leases.release()) {
        warnings.accept(String.valueOf(trouble.getMessage()));
      }
    }
  }

  @Override
  public void log(Launcher.Level level, String message) {
    if (level == Launcher.Level.WARN) {
      warnings.accept(message);
    }
  }

  @Override
  public void started(Running running) {
    // Whoever waits hears of it once all is handed over.
  }

  /** Blocks until its command runs. */
  void await() throws IOException, InterruptedException {
    try {
      done.get();
    } catch (InterruptedException e) {
      cancel(new IOException("interrupted", e));
      try {
        done.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      } catch (TimeoutException | ExecutionException late) {
        // An archive is being unpacked, and no container follows.
        e.addSuppressed(late);
      }
      throw e;
    } catch (ExecutionException e) {
      throw Failures.of(e);
    }
  }

  /** Sees to it that there will be none. Blocks until its nsinit has ended, if it has one. */
  void cancel(IOException why) {
    cancelled.compareAndSet(null, why);
    Launcher started = launcher;
    if (started != null) {
      started.close();
    }
  }

  /** Blocks until it has come to something. */
  void awaitDone() {
    done.exceptionally(failure -> null).join();
  }
}
