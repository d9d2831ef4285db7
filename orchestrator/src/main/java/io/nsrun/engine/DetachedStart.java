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
 * What makes or starts one container that lives on when this program has ended: by an nsinit of its
 * own, not by the launcher, with which all others end.
 */
final class DetachedStart implements Launcher.Listener {
  /** How long whoever was interrupted waits for the end, which takes long only while unpacking. */
  private static final long PATIENCE_SECONDS = 1;

  private final Caller caller;
  private final Work work;
  private final Consumer<String> warnings;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private final AtomicReference<IOException> cancelled = new AtomicReference<>();
  private volatile Launcher launcher;
  private volatile AttachedStreams attached;

  private DetachedStart(Caller caller, Work work, Consumer<String> warnings) {
    this.caller = caller;
    this.work = work;
    this.warnings = warnings;
  }

  /** What is to become of the container. */
  private interface Work {
    /** What is to be made; null if it runs already. */
    Prepared prepare(Launcher launcher, Leases leases) throws IOException, InterruptedException;

    /** Whether its command is to run now. */
    boolean starts();

    /**
     * Its command runs, and is about to be left.
     *
     * @throws IOException if it is to be killed instead
     */
    default void started() throws IOException {
      // Nothing more has to be so.
    }

    /**
     * Attaches to it before it is left: what it writes waits until then, if it has just started.
     *
     * @return null if that is not wanted
     */
    default AttachedStreams attach(Consumer<String> warnings)
        throws IOException, InterruptedException {
      return null;
    }

    /** Its command did not come to run. */
    void failed() throws IOException, InterruptedException;

    /** It was cancelled: blocks until what there was of it is gone. */
    void awaitLastProcess() throws IOException;

    /**
     * It is done, and nobody wants it any more.
     *
     * @return false if it stays
     */
    boolean undo() throws IOException, InterruptedException;
  }

  /** A new container. */
  private record Making(Caller caller, Spec spec, SpecProblems problems, boolean starts)
      implements Work {
    @Override
    public Prepared prepare(Launcher launcher, Leases leases)
        throws IOException, InterruptedException {
      return new Preparation(caller, launcher, leases).prepare(spec, problems);
    }

    @Override
    public void failed() {
      // Its leases are all that there was.
    }

    @Override
    public void awaitLastProcess() {
      // Nobody knows it, nor its directory, any more.
    }

    @Override
    public boolean undo() throws IOException, InterruptedException {
      DetachedContainers.of(caller).discard(spec.id());
      return true;
    }
  }

  /** One that was created, or has ended. */
  private record StartingAgain(Caller caller, String id, String name, boolean attaches)
      implements Work {
    @Override
    public Prepared prepare(Launcher launcher, Leases leases)
        throws IOException, InterruptedException {
      DetachedContainers all = DetachedContainers.of(caller);
      return all.prepareStart(look(all), launcher, leases);
    }

    private DetachedContainer look(DetachedContainers all) throws IOException {
      return all.get(id, name);
    }

    @Override
    public AttachedStreams attach(Consumer<String> warnings)
        throws IOException, InterruptedException {
      DetachedContainers all = DetachedContainers.of(caller);
      return attaches ? AttachedStreams.open(caller, all, look(all), warnings) : null;
    }

    @Override
    public boolean starts() {
      return true;
    }

    @Override
    public void failed() throws IOException, InterruptedException {
      DetachedContainers all = DetachedContainers.of(caller);
      all.startFailed(look(all));
    }

    @Override
    public void awaitLastProcess() throws IOException {
      DetachedContainers.of(caller).awaitLastProcess(id);
    }

    @Override
    public boolean undo() {
      return false;
    }
  }

  /**
   * One more command in one that runs.
   *
   * @param container as it was when it was entered
   */
  private record Entering(
      Caller caller,
      String id,
      String name,
      ExecRequest request,
      SpecProblems problems,
      AtomicReference<DetachedContainer> container)
      implements Work {
    @Override
    public Prepared prepare(Launcher launcher, Leases leases)
        throws IOException, InterruptedException {
      DetachedContainers all = DetachedContainers.of(caller);
      container.set(all.get(id, name));
      return new Preparation(caller, launcher, leases)
          .prepare(all.exec(container.get(), request), problems);
    }

    @Override
    public boolean starts() {
      return true;
    }

    @Override
    public void started() throws IOException {
      if (!DetachedContainers.of(caller).runs(container.get())) {
        throw ContainerStateException.hasEnded(name);
      }
    }

    @Override
    public void failed() throws IOException {
      if (!DetachedContainers.of(caller).isThere(container.get())) {
        throw ContainerStateException.hasEnded(name);
      }
    }

    @Override
    public void awaitLastProcess() {
      // Its nsinit has ended, and with it the command.
    }

    @Override
    public boolean undo() {
      return false;
    }
  }

  /**
   * A new container, which starts.
   *
   * @param warnings see {@link ContainerStarter#detach}
   */
  static DetachedStart of(
      Caller caller, Spec spec, SpecProblems problems, Consumer<String> warnings) {
    return new DetachedStart(caller, new Making(caller, spec, problems, true), warnings);
  }

  /** As {@link #of}, of one that does not start. */
  static DetachedStart creation(
      Caller caller, Spec spec, SpecProblems problems, Consumer<String> warnings) {
    return new DetachedStart(caller, new Making(caller, spec, problems, false), warnings);
  }

  /**
   * One that there is.
   *
   * @param name what it is called where it is not there any more
   * @param attaches whether {@link #attached} is wanted, which misses nothing
   */
  static DetachedStart again(
      Caller caller, String id, String name, Consumer<String> warnings, boolean attaches) {
    return new DetachedStart(caller, new StartingAgain(caller, id, name, attaches), warnings);
  }

  /** One more command in one that runs, see {@link ContainerStarter#detachIn}. */
  static DetachedStart in(
      Caller caller,
      String id,
      String name,
      ExecRequest request,
      SpecProblems problems,
      Consumer<String> warnings) {
    return new DetachedStart(
        caller,
        new Entering(caller, id, name, request, problems, new AtomicReference<>()),
        warnings);
  }

  /** Does all of it; for a worker, which nobody interrupts. */
  void begin() {
    try {
      start();
      if (cancelled.get() == null || !work.undo()) {
        done.complete(null);
        return;
      }
      done.completeExceptionally(cancelled.get());
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      IOException why = cancelled.get();
      // What fails since it is not wanted any more is no failure.
      done.completeExceptionally(why == null ? e : why);
    }
  }

  private void start() throws IOException, InterruptedException {
    try {
      prepareAndStart();
    } catch (IOException e) {
      if (cancelled.get() != null) {
        work.awaitLastProcess();
      }
      if (e instanceof NotStartedException) {
        work.failed();
      }
      throw e;
    }
  }

  private void prepareAndStart() throws IOException, InterruptedException {
    Leases leases = new Leases();
    try (Launcher own = Launcher.toDetach(caller)) {
      launcher = own;
      Prepared prepared = work.prepare(own, leases);
      if (prepared == null) {
        attach();
        return;
      }
      prepared.warnings().forEach(warnings);
      if (cancelled.get() != null) {
        throw cancelled.get();
      }
      if (!work.starts()) {
        leases.keep();
        return;
      }
      End end = own.startToLiveOn(prepared, this);
      if (end != null) {
        throw new NotStartedException(prepared, end);
      }
      work.started();
      try {
        attach();
      } finally {
        own.leave();
      }
    } finally {
      for (IOException trouble : leases.release()) {
        warnings.accept(String.valueOf(trouble.getMessage()));
      }
    }
  }

  private void attach() throws IOException, InterruptedException {
    attached = work.attach(warnings);
    if (attached != null && cancelled.get() != null) {
      attached.close();
    }
  }

  /** What has attached to it, once it is started; null if that was not wanted. */
  AttachedStreams attached() {
    return attached;
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
      started.cancel();
    }
    AttachedStreams streams = attached;
    if (streams != null) {
      streams.close();
    }
  }

  /** Blocks until it has come to something. */
  void awaitDone() {
    done.exceptionally(failure -> null).join();
  }
}
