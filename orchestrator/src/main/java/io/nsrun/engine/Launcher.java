package io.nsrun.engine;

import io.nsrun.control.ControlChannel;
import io.nsrun.control.Frames;
import io.nsrun.control.PlanEncoder;
import io.nsrun.launch.NsinitProcess;
import io.nsrun.launch.Outcome;
import io.nsrun.launch.PhaseTimes;
import io.nsrun.launch.Progress;
import io.nsrun.launch.SignalForwarder;
import io.nsrun.launch.Supervisor;
import io.nsrun.spec.UserRef;
import java.io.Closeable;
import java.io.IOException;

/**
 * Starts one container: an nsinit, which may be started ahead, so that it comes up while the plan
 * is made, and the way to it.
 */
public final class Launcher implements Closeable {
  /** How much a message matters. */
  public enum Level {
    DEBUG,
    INFO,
    WARN
  }

  /** Takes what happens on the way. */
  public interface Listener {
    /** A message of nsinit's. Must not block for long: the container's events wait behind it. */
    void log(Level level, String message);

    /** The command runs. */
    void started(Running running);
  }

  private final Caller caller;
  private final boolean leaves;
  private final PhaseTimes times = new PhaseTimes(System.nanoTime());
  private volatile NsinitProcess nsinit;
  private ControlChannel channel;
  private SignalForwarder signals;

  private Launcher(Caller caller, boolean leaves) {
    this.caller = caller;
    this.leaves = leaves;
  }

  /** One that starts nsinit when it is needed. */
  public static Launcher of(Caller caller) {
    return new Launcher(caller, false);
  }

  /** As {@link #of}, with an nsinit that was started. */
  static Launcher of(Caller caller, NsinitProcess nsinit) {
    Launcher launcher = new Launcher(caller, false);
    launcher.nsinit = nsinit;
    return launcher;
  }

  /** As {@link #of}, for {@link #detach} in a program that goes on. */
  static Launcher toDetach(Caller caller) {
    return new Launcher(caller, true);
  }

  /**
   * One that starts nsinit now. Nothing that would be left behind is made before {@link #proceed}:
   * until then a signal may end this JVM.
   */
  public static Launcher ahead(Caller caller) throws IOException {
    Launcher launcher = new Launcher(caller, false);
    launcher.nsinit = caller.nsinitAhead();
    launcher.phase("spawner");
    return launcher;
  }

  /** See {@link #ahead}. */
  public void proceed() {
    if (nsinit != null) {
      nsinit.proceed();
    }
    phase("signals");
  }

  /**
   * Gives the container the signals that reach this JVM, from now on for as long as it lives. Those
   * of a caller elsewhere are not this JVM's.
   *
   * @param cleanUp run right before the JVM is halted for a signal that no container takes
   */
  public void forwardSignals(Runnable cleanUp) {
    if (!caller.isElsewhere()) {
      signals = SignalForwarder.install(cleanUp);
    }
  }

  /** Ends a phase of this container's start, for traces and records. */
  public void phase(String name) {
    times.end(name);
  }

  PhaseTimes times() {
    return times;
  }

  /** Where the time of the thread went that starts nsinit. */
  PhaseTimes nsinitTimes() {
    return nsinit.times();
  }

  /** The connection to nsinit, which is started if it was not. Blocks until it answers. */
  ControlChannel channel() throws IOException, InterruptedException {
    if (channel == null) {
      if (nsinit == null) {
        nsinit = leaves ? caller.nsinitToLeave() : caller.nsinit();
      }
      channel = nsinit.connect();
      phase("connect");
    }
    return channel;
  }

  /** Waits until nsinit can be talked to; it is started if it was not. */
  public void connect() throws IOException, InterruptedException {
    channel();
  }

  /**
   * Starts a container, and returns while it is set up. To be called once.
   *
   * @param streams what becomes of this process' own, which the container gets
   * @param listener called by a thread that listens to the container until its end
   */
  public Running start(Prepared prepared, Streams streams, Listener listener)
      throws IOException, InterruptedException {
    Running running = running(prepared, streams, listener);
    running.listenInThread();
    return running;
  }

  /** As {@link #start}, but listens in this thread, and blocks until the end. */
  public Running run(Prepared prepared, Streams streams, Listener listener)
      throws IOException, InterruptedException {
    Running running = running(prepared, streams, listener);
    running.listen();
    return running;
  }

  /**
   * Starts a container that lives on, and blocks until its command runs. From then on it is
   * nobody's but {@link DetachedContainers}'.
   *
   * @return null once it runs; else how it came to nothing
   */
  public End detach(Prepared prepared, Listener listener) throws IOException, InterruptedException {
    End end = startToLiveOn(prepared, listener);
    if (end == null) {
      leave();
    }
    return end;
  }

  /**
   * As {@link #detach}, but what it writes waits until {@link #leave}, or somebody has attached to
   * it.
   */
  public End startToLiveOn(Prepared prepared, Listener listener)
      throws IOException, InterruptedException {
    End end = running(prepared, Streams.UNOPENED, listener).listenUntilStarted();
    if (signals != null) {
      signals.detach(); // its signals are whoever asks its monitor for them
    }
    return end;
  }

  /** Leaves the container to itself; does nothing the second time. */
  public void leave() {
    try {
      nsinit.leave();
    } catch (IOException e) {
      // It is not wanted any more, whatever becomes of the way to it.
      return;
    }
  }

  /** As {@link #abandon}, where no container of ours is at stake. */
  public void abandonAttachment() {
    NsinitProcess started = nsinit;
    if (started != null) {
      started.abandon();
    }
  }

  /** Sends a frame of {@link Frames#attach}, and blocks until that has come to an end. */
  Outcome attach(byte[] frame, Progress.Listener listener)
      throws IOException, InterruptedException {
    ControlChannel way = channel();
    return new Supervisor(nsinit, way, listener).run(frame, signals).outcome();
  }

  private Running running(Prepared prepared, Streams streams, Listener listener)
      throws IOException, InterruptedException {
    byte[] frames = PlanEncoder.encode(prepared.plan());
    phase("encode");
    ControlChannel way = channel();
    boolean others =
        prepared.ownIds() || !(prepared.spec().process().user() instanceof UserRef.Unspecified);
    if (others && streams != Streams.UNOPENED) {
      caller.openPipesToAll();
    }
    streams.settle();
    return new Running(prepared, nsinit, way, frames, signals, listener, times);
  }

  /** From now on a signal ends this process again, as while files are removed. */
  public void ended(Prepared prepared) {
    if (signals != null && prepared.leases().haveFilesToRemove()) {
      signals.detach();
    }
  }

  /**
   * A signal came before there was a container: leaves nothing behind, and waits for nothing. The
   * JVM is to be halted next.
   *
   * @param leases of the container
   */
  public void abandon(Leases leases) {
    NsinitProcess started = nsinit;
    if (started != null) {
      started.abandon();
    }
    leases.discard();
  }

  /**
   * As {@link #close}, while another thread is in {@link #detach}: a container that has started by
   * itself, and that nobody has heard of yet, ends too.
   */
  void cancel() {
    if (nsinit != null) {
      nsinit.closeForcibly();
    }
  }

  /** Makes sure that nothing is left, neither nsinit nor its container. Blocks until it is gone. */
  @Override
  public void close() {
    if (nsinit != null) {
      nsinit.close();
    }
  }
}
