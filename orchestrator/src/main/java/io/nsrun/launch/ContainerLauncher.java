package io.nsrun.launch;

import io.nsrun.control.ControlChannel;
import io.nsrun.control.Event;
import io.nsrun.control.Frames;
import io.nsrun.control.ProtocolException;
import io.nsrun.control.StreamTarget;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.IoMessages;
import io.nsrun.state.StatePaths;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An nsinit that starts one container after the other, or many at once, by a fork of its own: no
 * JVM forks, nothing is executed but the command. It lives until it is closed, or this JVM ends,
 * and all its containers end with it. May be used by any thread; no interrupt harms it.
 */
public final class ContainerLauncher implements AutoCloseable {
  /** Takes what is heard of one container, in the launcher's thread: must not block. */
  public interface Listener {
    /** An event; {@link Event.Gone} is the last one. */
    void heard(Event event);

    /**
     * The launcher has died, and its containers with it; nothing more is heard.
     *
     * @param exitValue as of a process of Java's
     */
    void lost(int exitValue);
  }

  /** Most bytes of a plan whose container is started by a spare. */
  public static final int MOST_OF_SPARE = 60 << 10;

  private static final int KILL = 9;

  private static final String AGAIN = "start the container again";

  private final Nsinit nsinit;
  private final ControlChannel channel;
  private final PipeSets sets;
  private final Thread reader;
  private final Object sending = new Object();

  // Guarded by this.
  private final Map<Long, Listener> containers = new HashMap<>();
  private long last;
  private boolean ended;
  private int exitValue;

  private ContainerLauncher(Nsinit nsinit, ControlChannel channel) {
    this.nsinit = nsinit;
    this.channel = channel;
    this.sets = new PipeSets(channel.peer().pid(), this::send);
    this.reader = new Thread(this::read, "nsrun launcher");
    reader.setDaemon(true);
  }

  /**
   * Starts one. Blocks until it answers.
   *
   * @throws ExplainedException if nsinit could not be placed or started, or ended
   */
  public static ContainerLauncher start(StatePaths paths) throws IOException, InterruptedException {
    Nsinit nsinit = Nsinit.start(paths);
    boolean done = false;
    try {
      ContainerLauncher launcher = new ContainerLauncher(nsinit, nsinit.connectShared());
      launcher.send(Frames.serve());
      launcher.reader.start();
      launcher.sets.prepare();
      done = true;
      return launcher;
    } finally {
      if (!done) {
        nsinit.close();
      }
    }
  }

  /** Whether containers can be started by it. */
  public synchronized boolean isAlive() {
    return !ended;
  }

  /** The pid of its process. */
  public long pid() {
    return channel.peer().pid();
  }

  /**
   * Starts a container, and returns while it is set up.
   *
   * @param plan the frame of PLAN
   * @param streams where its three streams lead to
   * @param listener told what happens, from before this returns on; nothing if this throws
   * @throws NsinitGoneException if the launcher is gone; it is to be closed then
   * @throws IOException if it has no descriptors left
   */
  public LaunchedContainer start(byte[] plan, List<StreamTarget> streams, Listener listener)
      throws IOException, InterruptedException {
    return start(null, plan, streams, listener);
  }

  /**
   * As {@link #start(byte[], List, Listener)}, by a spare that was made for this plan.
   *
   * @param spare one that is ready, and was not used; null for none
   * @param plan with a spare at most {@link #MOST_OF_SPARE} bytes
   * @param streams with a spare no file among them
   */
  public LaunchedContainer start(
      Spare spare, byte[] plan, List<StreamTarget> streams, Listener listener)
      throws IOException, InterruptedException {
    boolean piped = streams.contains(StreamTarget.PIPE);
    PipeSet set = piped ? sets.take() : null;
    long number = 0;
    try {
      number = spare != null && replace(spare, listener) ? spare.number : add(listener);
      send(Frames.start(number, set == null ? Frames.NO_SET : set.number(), streams, plan));
    } catch (IOException | RuntimeException | Error e) {
      if (number == 0 || remove(number) != null) {
        if (set != null) {
          set.close();
        }
        throw e;
      }
      // The listener was told already that the launcher has ended.
    }
    if (set != null) {
      sets.used(set);
    }
    return new LaunchedContainer(this, number, set, streams);
  }

  /**
   * Has what no guest has a part in set up ahead.
   *
   * @param plan the frame of PLAN, of those steps and one that executes something
   */
  public Spare spare(byte[] plan) throws IOException {
    Spare spare = new Spare(this);
    spare.number = add(spare);
    boolean done = false;
    try {
      send(Frames.spare(spare.number, plan));
      done = true;
      return spare;
    } finally {
      if (!done) {
        remove(spare.number);
      }
    }
  }

  /** What was set up ahead, and waits for a container to be started by it. */
  public static final class Spare implements Listener, Closeable {
    private final ContainerLauncher launcher;
    private volatile long number;
    private volatile boolean ready;
    private volatile boolean gone;

    private Spare(ContainerLauncher launcher) {
      this.launcher = launcher;
    }

    /** Whether it waits for a container. */
    public boolean isReady() {
      return ready && !gone;
    }

    /** Whether it can't be used any more. */
    public boolean isGone() {
      return gone;
    }

    @Override
    public void heard(Event event) {
      if (event instanceof Event.Spared now) {
        ready = !now.gone();
        gone = now.gone();
      }
    }

    @Override
    public void lost(int exitValue) {
      gone = true;
    }

    /** Ends it, unless it was used. Does not wait. */
    @Override
    public void close() throws IOException {
      if (launcher.isOf(number, this)) {
        launcher.send(Frames.of(number, Frames.signal(KILL)));
      }
    }
  }

  private synchronized boolean isOf(long number, Listener listener) {
    return containers.get(number) == listener;
  }

  /** False if it is gone, or another launcher's. */
  private synchronized boolean replace(Spare spare, Listener listener) {
    return containers.replace(spare.number, spare, listener);
  }

  private synchronized long add(Listener listener) throws IOException {
    if (ended) {
      throw gone();
    }
    do {
      last = last == 0xffff_ffffL ? 1 : last + 1;
    } while (containers.containsKey(last));
    containers.put(last, listener);
    return last;
  }

  private synchronized Listener remove(long number) {
    return containers.remove(number);
  }

  private synchronized NsinitGoneException gone() {
    return new NsinitGoneException("the launcher " + Nsinit.describe(exitValue), AGAIN, null);
  }

  /** One whole frame; those of several threads do not mix. */
  void send(byte[] frame) throws NsinitGoneException {
    synchronized (sending) {
      try {
        channel.send(frame);
      } catch (IOException e) {
        throw new NsinitGoneException(
            "the launcher can't be reached: " + IoMessages.reason(e), AGAIN, e);
      }
    }
  }

  private void read() {
    try {
      while (true) {
        take(channel.receive());
      }
    } catch (ProtocolException e) {
      // Nothing that it says can be trusted any more.
      closeChannel();
    } catch (IOException e) {
      // It has ended; why, its exit value tells.
      closeChannel();
    } finally {
      finish();
    }
  }

  private void closeChannel() {
    try {
      channel.close();
    } catch (IOException e) {
      // It is to end either way.
      return;
    }
  }

  private void take(Event event) {
    if (event instanceof Event.OfContainer of) {
      Listener listener;
      synchronized (this) {
        listener = containers.get(of.container());
        if (of.event() instanceof Event.Gone
            || (listener instanceof Spare
                && of.event() instanceof Event.Spared spared
                && spared.gone())) {
          containers.remove(of.container());
        }
      }
      if (listener != null) {
        listener.heard(of.event());
      }
    } else if (event instanceof Event.Pipes pipes) {
      sets.made(pipes);
    } else if (event instanceof Event.Refused refused) {
      sets.refused(refused.text());
    }
  }

  private void finish() {
    int value;
    try {
      value = nsinit.awaitExit();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      value = -1;
    }
    List<Listener> left;
    synchronized (this) {
      ended = true;
      exitValue = value;
      left = new ArrayList<>(containers.values());
      containers.clear();
      notifyAll();
    }
    sets.close(gone());
    for (Listener listener : left) {
      listener.lost(value);
    }
  }

  /** Ends all its containers, and itself. Blocks until nothing is left of them. */
  @Override
  public void close() {
    closeChannel();
    nsinit.close();
    boolean interrupted = false;
    while (reader.isAlive() && Thread.currentThread() != reader) {
      try {
        reader.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
