package io.nsrun.engine;

import io.nsrun.control.Event;
import io.nsrun.control.Frames;
import io.nsrun.control.PlanEncoder;
import io.nsrun.launch.ContainerLauncher;
import io.nsrun.launch.LaunchedContainer;
import io.nsrun.launch.NsinitGoneException;
import io.nsrun.launch.Outcome;
import io.nsrun.launch.Progress;
import io.nsrun.spec.Signal;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecProblems;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * A container of a launcher. It has no thread: a worker prepares and starts it, the launcher's
 * thread tells it what happens.
 */
final class WarmContainer implements StartedContainer, ContainerLauncher.Listener {
  /** How long whoever was interrupted waits for the end, which takes long only while unpacking. */
  private static final long PATIENCE_SECONDS = 1;

  /** Launchers that may die under a start; more of them do so for a reason of their own. */
  private static final int MOST_DEATHS = 3;

  private final WarmStarter starter;
  private final Caller caller;
  private final Consumer<String> warnings;
  private final CompletableFuture<StartedContainer> start = new CompletableFuture<>();
  private final CompletableFuture<End> end = new CompletableFuture<>();
  private final CompletableFuture<Void> gone = new CompletableFuture<>();
  private final Leases leases = new Leases();

  // Until its command runs; of the worker until then.
  private volatile Asked asked;

  // Until those that come after it have spares.
  private volatile Preparation preparation;

  // Of the worker, until the launcher's thread hears of it; then of that.
  private volatile Prepared prepared;

  // Of the worker, until the launcher has it; then of the launcher's thread.
  private Progress progress;
  private int deaths;
  private boolean ready;
  private Outcome outcome;
  private boolean finished;

  // Set before the start is complete.
  private volatile long pid;
  private volatile long startedMillis;

  private final AtomicReference<IOException> cancelled = new AtomicReference<>();

  // Guarded by this.
  private LaunchedContainer launched;

  WarmContainer(
      WarmStarter starter,
      Caller caller,
      Spec spec,
      SpecProblems problems,
      Redirects redirects,
      Consumer<String> warnings) {
    this.starter = starter;
    this.caller = caller;
    this.asked = new Asked(spec, problems, redirects);
    this.warnings = warnings;
  }

  /** What it is started from. */
  private record Asked(Spec spec, SpecProblems problems, Redirects redirects) {}

  private final class Events implements Progress.Listener {
    @Override
    public void log(Event.Log message) {
      if (message.level() == Event.Level.WARN) {
        starter.later(() -> warnings.accept(message.message()));
      }
    }

    @Override
    public void started(long init, long command) {
      pid = command;
      startedMillis = System.currentTimeMillis();
      leases.started();
      prepared = prepared.running();
      asked = null;
    }
  }

  /** Prepares and starts it; for a worker. */
  void begin() {
    progress = new Progress(new Events());
    Asked what = asked;
    Spares.Spare spare = what.redirects().nameFiles() ? null : starter.spares().poll(what.spec());
    try (Launcher helper = Launcher.of(caller)) {
      prepare(what, helper, spare == null ? null : spare.given());
      if (spare != null && !spare.serves(prepared)) {
        // What it was made from is no longer so.
        giveBack(spare);
        spare = null;
        leases.release();
        prepare(what, helper, null);
      }
      for (String warning : deaths > 0 ? List.<String>of() : prepared.warnings()) {
        warnings.accept(warning);
      }
      byte[] plan = PlanEncoder.encode(prepared.plan());
      if (plan.length > ContainerLauncher.MOST_OF_SPARE) {
        giveBack(spare);
        spare = null;
      }
      launch(what, spare, plan);
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      giveBack(spare);
      if (e instanceof NsinitGoneException && mayBeginAgain()) {
        beginAgain();
        return;
      }
      gone.complete(null);
      finish(End.lost("it was not started: " + e.getMessage()), e);
    }
  }

  /**
   * Whether it is to be started anew after its launcher has died: only where its command can't have
   * run, and not for ever. It may have run once init is ready to execute it, unless the monitor has
   * told that it came to nothing.
   */
  private boolean mayBeginAgain() {
    return deaths < MOST_DEATHS
        && !start.isDone()
        && cancelled.get() == null
        && (!ready || outcome instanceof Outcome.NotStarted);
  }

  /** For a worker, once nothing is left of the first time. */
  private void beginAgain() {
    deaths++;
    ready = false;
    outcome = null;
    releaseLeases();
    closeStreams();
    begin();
  }

  private void releaseLeases() {
    for (IOException trouble : leases.release()) {
      warnings.accept(String.valueOf(trouble.getMessage()));
    }
  }

  private void prepare(Asked what, Launcher helper, Preparation.Ahead ahead)
      throws IOException, InterruptedException {
    preparation = new Preparation(caller, helper, leases, ahead);
    prepared = preparation.prepare(what.spec(), what.problems());
  }

  /** Its ids stay this container's, if that has them already. */
  private void giveBack(Spares.Spare spare) {
    if (spare != null && leases.haveIds()) {
      spare.discard();
    } else if (spare != null) {
      Spares.release(spare);
    }
  }

  private void launch(Asked what, Spares.Spare spare, byte[] plan)
      throws IOException, InterruptedException {
    ContainerLauncher launcher = starter.launcher();
    try {
      launch(launcher, what.redirects(), spare, plan);
    } catch (NsinitGoneException e) {
      // Without what this keeps others from: it may have to wait for them.
      launcher.close();
      throw e;
    }
  }

  private synchronized void launch(
      ContainerLauncher launcher, Redirects redirects, Spares.Spare spare, byte[] plan)
      throws IOException, InterruptedException {
    IOException why = cancelled.get();
    if (why != null) {
      throw why;
    }
    launched =
        launcher.start(spare == null ? null : spare.process(), plan, redirects.targets(), this);
  }

  /** Has spares made for those who come after this one, unless others begin already. */
  private void refill(boolean quiet) {
    Preparation made = preparation;
    preparation = null;
    if (!quiet) {
      return;
    }
    try {
      starter.spares().refill(starter.launcher(), made);
    } catch (IOException e) {
      // The next container will tell.
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  StartedContainer awaitStart() throws IOException, InterruptedException {
    try {
      return start.get();
    } catch (InterruptedException e) {
      cancel(new IOException("interrupted", e));
      @SuppressWarnings("unused")
      var closed = end.thenRun(this::closeStreams);
      try {
        CompletableFuture.allOf(end, gone).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      } catch (TimeoutException | ExecutionException late) {
        // An archive is being unpacked, and no container follows.
        e.addSuppressed(late);
      }
      throw e;
    } catch (ExecutionException e) {
      throw Failures.of(e);
    }
  }

  @Override
  public void heard(Event event) {
    ready |= event instanceof Event.Ready;
    if (event instanceof Event.Gone last) {
      gone.complete(null);
      ended(outcome == null ? progress.lost(last.exitValue()) : outcome);
      return;
    }
    Outcome told = progress.take(event);
    if (event instanceof Event.Started) {
      start.complete(this);
      starter.whenQuiet(this::refill);
    } else if (told != null) {
      outcome = told;
      // Init has nothing but itself to end. Of what failed the monitor takes down what there is.
      if (told instanceof Outcome.Ended && !leases.holdMoreThanIds() && !hasCallersFiles()) {
        ended(told);
      }
    }
  }

  /** Whether something of the caller's is mounted, which he may want to unmount after the end. */
  private boolean hasCallersFiles() {
    Spec asked = prepared.spec();
    return !asked.root().isStored() || !asked.mounts().isEmpty();
  }

  @Override
  public void lost(int exitValue) {
    if (mayBeginAgain() && starter.later(this::beginAgain)) {
      return;
    }
    gone.complete(null);
    ended(outcome == null ? progress.lost(exitValue) : outcome);
  }

  /** Of what happened last, whoever tells it. */
  private void ended(Outcome how) {
    if (finished) {
      return;
    }
    finished = true;
    End result = End.of(prepared, how);
    if (!leases.haveFilesToRemove() || !starter.later(() -> finish(result, null))) {
      finish(result, null);
    }
  }

  /** Once there is nothing of it: gives back what it had, and tells whoever waits for anything. */
  private void finish(End how, Throwable failure) {
    releaseLeases();
    IOException why = cancelled.get();
    if (!start.isDone()) {
      // What fails since all is closed is no failure.
      Throwable told = why == null ? failure : why;
      if (start.completeExceptionally(
          told == null ? new NotStartedException(prepared, how) : told)) {
        closeStreams();
      }
    }
    starter.gone(this);
    end.complete(how);
  }

  /** Nobody else has them, or will. */
  private void closeStreams() {
    LaunchedContainer container = launched();
    if (container != null) {
      container.close();
    }
  }

  /**
   * Ends it, or sees to it that there will be none. Does not wait.
   *
   * @param why what to tell whoever waits for the start
   */
  void cancel(IOException why) {
    cancelled.compareAndSet(null, why);
    signal(Signal.KILL);
  }

  /** As {@link #cancel}, for one whose launcher is about to end it. */
  void expectEnd(IOException why) {
    cancelled.compareAndSet(null, why);
  }

  @Override
  public void awaitGone() {
    end.join();
    gone.join();
  }

  @Override
  public void whenGone(Runnable action) {
    @SuppressWarnings("unused")
    var done = gone.thenRun(action);
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
    return Instant.ofEpochMilli(startedMillis);
  }

  private synchronized LaunchedContainer launched() {
    return launched;
  }

  @Override
  public OutputStream input() {
    return launched().stdin();
  }

  @Override
  public InputStream output() {
    return launched().stdout();
  }

  @Override
  public InputStream error() {
    return launched().stderr();
  }

  @Override
  public void signal(Signal signal) {
    LaunchedContainer container = launched();
    if (container == null || end.isDone()) {
      return;
    }
    try {
      container.send(Frames.signal(signal.number()));
    } catch (IOException e) {
      // The launcher is gone, and the container with it.
      return;
    }
  }

  @Override
  public CompletableFuture<End> end() {
    return end;
  }
}
