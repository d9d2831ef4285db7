package io.nsrun.launch;

import io.nsrun.control.ControlChannel;
import io.nsrun.control.Frames;
import io.nsrun.control.FrontChannel;
import io.nsrun.control.FrontConnection;
import io.nsrun.spec.ExplainedException;
import java.io.IOException;
import java.nio.file.Path;

/** An nsinit that a front starts, which is its parent. */
final class FrontNsinit implements NsinitProcess {
  /** wait(2): the signal, in the low seven bits; else the exit code above eight. */
  private static final int SIGNAL = 0x7f;

  private static final int KILLED = 128 + 9;

  private final FrontConnection connection;
  private final FrontChannel channel;
  private final PhaseTimes times = new PhaseTimes(System.nanoTime());

  // Guarded by this.
  private boolean asked;
  private boolean ended;
  private boolean left;
  private int exitValue;
  private String failure = "";

  FrontNsinit(FrontConnection connection) {
    this.connection = connection;
    this.channel = new FrontChannel(connection);
  }

  /** Its frames, from the thread that hears the front. */
  void received(byte[] frames) {
    channel.received(frames);
  }

  /** As a front tells it. */
  void ended(int status, String why) {
    int signal = status & SIGNAL;
    finish(signal == 0 ? status >> 8 & 0xff : 128 + signal, why);
  }

  /** The front is gone, with which nsinit ends. */
  void lost() {
    finish(KILLED, "");
  }

  private void finish(int value, String why) {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      exitValue = value;
      failure = why;
      notifyAll();
    }
    channel.ended();
  }

  /** Whether it was given something to carry out. */
  boolean isPlanned() {
    return channel.isPlanned();
  }

  @Override
  public void proceed() {
    // Nothing is made before the first frame.
  }

  @Override
  public ControlChannel connect() throws IOException, InterruptedException {
    synchronized (this) {
      asked = true;
    }
    try {
      channel.send(Frames.hello());
    } catch (IOException e) {
      throw gone();
    }
    return channel;
  }

  private ExplainedException gone() throws InterruptedException {
    int value = awaitExit();
    String why;
    synchronized (this) {
      why = failure;
    }
    return why.isEmpty()
        ? new NsinitGoneException("nsinit " + Nsinit.describe(value), "", null)
        : new ExplainedException("can't start nsinit: " + why, "");
  }

  @Override
  public PhaseTimes times() {
    return times;
  }

  @Override
  public Path binary() {
    return null;
  }

  @Override
  public synchronized int awaitExit() throws InterruptedException {
    while (!ended) {
      wait();
    }
    return exitValue;
  }

  @Override
  public void close() {
    end(false);
  }

  @Override
  public void closeForcibly() {
    end(true);
  }

  private void end(boolean kill) {
    synchronized (this) {
      if (left || ended || !asked) {
        return;
      }
    }
    try {
      if (kill) {
        connection.kill();
      } else {
        connection.closeChannel();
      }
    } catch (IOException e) {
      lost();
    }
    try {
      awaitExit();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void leave() throws IOException {
    synchronized (this) {
      if (left) {
        return;
      }
      left = true;
    }
    connection.leave();
  }

  @Override
  public void abandon() {
    // A front that is gone has taken its nsinit along; one that is not has no such handler.
  }
}
