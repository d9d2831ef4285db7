package io.nsrun.engine;

import io.nsrun.launch.ContainerLauncher;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecProblems;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Starts containers by one launcher, which is started with the first of them, and anew where it has
 * died. Each is prepared by a thread of our own: the caller's may be interrupted, which would close
 * the files whose locks others rely on.
 */
final class WarmStarter implements ContainerStarter {
  private final Caller caller;
  private final ExecutorService workers =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(null, task, "nsrun worker", 0, false);
            thread.setDaemon(true);
            return thread;
          });

  // Guarded by this.
  private final Set<WarmContainer> alive = new HashSet<>();
  private final Set<DetachedStart> detaching = new HashSet<>();
  private boolean closed;

  // Guarded by launching.
  private final Object launching = new Object();
  private ContainerLauncher launcher;

  private static final int QUIET_MILLIS = 2;

  private final Spares spares;
  private final AtomicLong starts = new AtomicLong();

  /**
   * One of the caller.
   *
   * @param spares how many containers to have set up ahead, as far as no guest has a part in it
   */
  WarmStarter(Caller caller, int spares) {
    this.caller = caller;
    this.spares = new Spares(caller.paths(), spares);
  }

  Spares spares() {
    return spares;
  }

  @Override
  public StartedContainer start(
      Spec spec, SpecProblems problems, Redirects redirects, Consumer<String> warnings)
      throws IOException, InterruptedException {
    WarmContainer container = new WarmContainer(this, caller, spec, problems, redirects, warnings);
    synchronized (this) {
      if (closed) {
        throw new ClosedStarterException();
      }
      alive.add(container);
    }
    starts.incrementAndGet();
    boolean begun = false;
    try {
      begin(container::begin);
      begun = true;
    } finally {
      if (!begun) {
        gone(container);
      }
    }
    return container.awaitStart();
  }

  @Override
  public void detach(Spec spec, SpecProblems problems, Consumer<String> warnings)
      throws IOException, InterruptedException {
    carryOut(DetachedStart.of(caller, spec, problems, warnings));
  }

  @Override
  public void create(Spec spec, SpecProblems problems, Consumer<String> warnings)
      throws IOException, InterruptedException {
    carryOut(DetachedStart.creation(caller, spec, problems, warnings));
  }

  @Override
  public void startAgain(String id, String name, Consumer<String> warnings)
      throws IOException, InterruptedException {
    carryOut(DetachedStart.again(caller, id, name, warnings, false));
  }

  @Override
  public AttachedStreams startAttached(String id, String name, Consumer<String> warnings)
      throws IOException, InterruptedException {
    DetachedStart start = DetachedStart.again(caller, id, name, warnings, true);
    carryOut(start);
    return start.attached();
  }

  @Override
  public void detachIn(
      String id, String name, ExecRequest request, SpecProblems problems, Consumer<String> warnings)
      throws IOException, InterruptedException {
    carryOut(DetachedStart.in(caller, id, name, request, problems, warnings));
  }

  private void carryOut(DetachedStart start) throws IOException, InterruptedException {
    synchronized (this) {
      if (closed) {
        throw new ClosedStarterException();
      }
      detaching.add(start);
    }
    try {
      begin(start::begin);
      start.await();
    } finally {
      synchronized (this) {
        detaching.remove(start);
      }
    }
  }

  private void begin(Runnable task) throws IOException {
    try {
      workers.execute(task);
    } catch (RejectedExecutionException e) {
      throw new ClosedStarterException();
    } catch (OutOfMemoryError e) {
      throw new IOException("there is no thread for it: " + e.getMessage(), e);
    }
  }

  /** For what would hold others up in the launcher's thread. False if there is no thread for it. */
  boolean later(Runnable task) {
    try {
      workers.execute(task);
      return true;
    } catch (OutOfMemoryError e) {
      return false;
    }
  }

  /** What is done a little later. */
  interface Quiet {
    /**
     * Does it.
     *
     * @param quiet whether no container has begun to start meanwhile, from which it would take time
     */
    void run(boolean quiet);
  }

  void whenQuiet(Quiet task) {
    long begun = starts.get();
    CompletableFuture.delayedExecutor(QUIET_MILLIS, TimeUnit.MILLISECONDS, workers)
        .execute(() -> task.run(starts.get() == begun));
  }

  /** The launcher. Blocks while it is started, as for the first container. */
  ContainerLauncher launcher() throws IOException, InterruptedException {
    synchronized (launching) {
      if (isClosed()) {
        throw new ClosedStarterException();
      }
      if (launcher != null && !launcher.isAlive()) {
        launcher.close();
        launcher = null;
      }
      if (launcher == null) {
        launcher = ContainerLauncher.start(caller.paths());
      }
      return launcher;
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  /** Nothing of it is left. */
  synchronized void gone(WarmContainer container) {
    alive.remove(container);
  }

  @Override
  public void close() {
    List<WarmContainer> ending;
    List<DetachedStart> cancelled;
    synchronized (this) {
      closed = true;
      ending = new ArrayList<>(alive);
      cancelled = new ArrayList<>(detaching);
    }
    for (WarmContainer container : ending) {
      container.expectEnd(new ClosedStarterException());
    }
    for (DetachedStart start : cancelled) {
      start.cancel(new ClosedStarterException());
    }
    spares.close();
    synchronized (launching) {
      if (launcher != null) {
        launcher.close();
      }
    }
    for (WarmContainer container : ending) {
      container.awaitGone();
    }
    for (DetachedStart start : cancelled) {
      start.awaitDone();
    }
    workers.shutdown();
  }
}
