package io.nsrun.engine;

import io.nsrun.control.ControlChannel;
import io.nsrun.control.Event;
import io.nsrun.control.Frames;
import io.nsrun.launch.NsinitProcess;
import io.nsrun.launch.Outcome;
import io.nsrun.launch.PhaseTimes;
import io.nsrun.launch.Progress;
import io.nsrun.launch.SignalForwarder;
import io.nsrun.launch.Supervisor;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.Signal;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A container on its way from the start to the end. May be used by any thread. */
public final class Running {
  private static final int KILL = 9;
  private static final int WINDOW_CHANGED = 28;

  /** Nobody waits longer. A hundred years still are a number of nanoseconds. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private final Prepared prepared;
  private final ControlChannel channel;
  private final byte[] frames;
  private final SignalForwarder signals;
  private final Launcher.Listener listener;
  private final PhaseTimes times;
  private final Supervisor supervisor;

  // Guarded by this.
  private long initPid;
  private long pid;
  private long startedMillis;
  private End end;
  private IOException failure;
  private Outcome.Report report;
  private CompletableFuture<End> future;

  Running(
      Prepared prepared,
      NsinitProcess nsinit,
      ControlChannel channel,
      byte[] frames,
      SignalForwarder signals,
      Launcher.Listener listener,
      PhaseTimes times) {
    this.prepared = prepared;
    this.channel = channel;
    this.frames = frames;
    this.signals = signals;
    this.listener = listener;
    this.times = times;
    this.supervisor = new Supervisor(nsinit, channel, new Events());
  }

  /** Takes what the supervisor hears. */
  private final class Events implements Progress.Listener {
    @Override
    public void log(Event.Log message) {
      listener.log(
          switch (message.level()) {
            case WARN -> Launcher.Level.WARN;
            case INFO -> Launcher.Level.INFO;
            case DEBUG -> Launcher.Level.DEBUG;
          },
          message.message());
    }

    @Override
    public void started(long init, long command) {
      hasStarted(init, command);
    }
  }

  private void hasStarted(long init, long command) {
    prepared.leases().started();
    synchronized (this) {
      initPid = init;
      pid = command;
      startedMillis = System.currentTimeMillis();
    }
    times.end(ResultRecord.SET_UP);
    listener.started(this);
  }

  void listenInThread() {
    Thread thread = new Thread(this::listenAndKeep, "container " + prepared.spec().name());
    thread.setDaemon(true);
    thread.start();
  }

  private void listenAndKeep() {
    try {
      listen();
    } catch (IOException e) {
      failed(e);
    } catch (InterruptedException e) {
      failed(new IOException("interrupted", e));
    } catch (RuntimeException | Error e) {
      failed(new IOException("internal error: " + e, e));
      throw e;
    }
  }

  /** Sends the plan, and listens until the container has ended and its nsinit was reaped. */
  void listen() throws IOException, InterruptedException {
    Outcome.Report last = supervisor.run(frames, signals);
    times.end(startedMillis() == 0 ? ResultRecord.FAIL : ResultRecord.RUN);
    End how = End.of(prepared, last.outcome());
    CompletableFuture<End> waiting;
    synchronized (this) {
      report = last;
      end = how;
      waiting = future;
      notifyAll();
    }
    if (waiting != null) {
      waiting.complete(how);
    }
  }

  /**
   * Sends the plan of a container that lives on, and listens until its command runs.
   *
   * @return null once it runs; else how it came to nothing
   */
  End listenUntilStarted() throws IOException, InterruptedException {
    Outcome.Report last = supervisor.runUntilStarted(frames, signals);
    return last == null ? null : End.of(prepared, last.outcome());
  }

  private void failed(IOException why) {
    CompletableFuture<End> waiting;
    synchronized (this) {
      failure = why;
      waiting = future;
      notifyAll();
    }
    if (waiting != null) {
      waiting.completeExceptionally(why);
    }
  }

  /** What it was prepared as. */
  public Prepared prepared() {
    return prepared;
  }

  /** Pid of the container's init, as the host sees it; 0 before the command has started. */
  public synchronized long initPid() {
    return initPid;
  }

  /**
   * Pid of the command, as the host sees it: that of init, where the command is PID 1 itself. After
   * its end another process may have it.
   *
   * @return 0 before it has started
   */
  public synchronized long pid() {
    return pid;
  }

  PhaseTimes times() {
    return times;
  }

  /** When the command was started, milliseconds since 1970 UTC; 0 if it was not. */
  synchronized long startedMillis() {
    return startedMillis;
  }

  /** How the steps went; null before the end. */
  synchronized Outcome.Report report() {
    return report;
  }

  /**
   * Sends the command a signal; SIGKILL is for the whole container.
   *
   * @throws IOException if the container has ended
   */
  public void signal(Signal signal) throws IOException {
    channel.send(Frames.signal(signal.number()));
  }

  /**
   * The caller's terminal has another size, which that of the container gets too.
   *
   * @throws IOException if the container has ended
   */
  public void resize() throws IOException {
    channel.send(Frames.signal(WINDOW_CHANGED));
  }

  /**
   * Sends the signal that asks the command to stop, and kills the container if it is still alive
   * after {@code grace}. Blocks until it has ended; returns at once if it already has.
   *
   * @param grace wall-clock wait before SIGKILL; zero kills at once; resolution 1 ms
   * @return the same for everybody who asks
   * @throws ExplainedException if nsinit can't be understood
   */
  public End stop(Duration grace) throws IOException, InterruptedException {
    if (grace.isZero()) {
      kill();
      return await();
    }
    try {
      signal(prepared.spec().stop().signal());
    } catch (IOException e) {
      return await();
    }
    if (!awaitFor(grace)) {
      kill();
    }
    return await();
  }

  private void kill() {
    try {
      channel.send(Frames.signal(KILL));
    } catch (IOException e) {
      // It has ended.
      return;
    }
  }

  private synchronized boolean awaitFor(Duration time) throws InterruptedException {
    Duration most = time.compareTo(LONGEST) < 0 ? time : LONGEST;
    long deadline = System.nanoTime() + most.toNanos();
    long left = most.toMillis();
    while (end == null && failure == null && left > 0) {
      wait(left);
      left = (deadline - System.nanoTime()) / 1_000_000;
    }
    return end != null || failure != null;
  }

  /**
   * Blocks until the container has ended.
   *
   * @throws IOException if nobody can tell how
   */
  public synchronized End await() throws IOException, InterruptedException {
    while (end == null && failure == null) {
      wait();
    }
    if (failure != null) {
      throw failure;
    }
    return end;
  }

  /** How it ends, once it has; not to be completed by others. */
  public synchronized CompletableFuture<End> end() {
    if (future == null) {
      future = new CompletableFuture<>();
      if (end != null) {
        future.complete(end);
      } else if (failure != null) {
        future.completeExceptionally(failure);
      }
    }
    return future.copy();
  }
}
