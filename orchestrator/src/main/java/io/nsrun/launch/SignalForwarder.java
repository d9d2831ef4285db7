package io.nsrun.launch;

import io.nsrun.control.ControlChannel;
import io.nsrun.control.Frames;
import java.io.IOException;

/**
 * Passes the signals that reach this JVM on to the container's command.
 *
 * <p>QUIT stays with the JVM, which gives it to nobody; typed at a terminal or sent to the process
 * group, nsinit passes it on. Before there is a container to send to, a signal ends this process
 * instead, as it would any other program; and so do INT, TERM and HUP if the command, which is to
 * get them, does not start within three seconds.
 */
public final class SignalForwarder {
  /** All that a person or a supervisor sends to a program in the foreground. */
  private static final String[] NAMES = {
    "INT", "TERM", "HUP", "USR1", "USR2", "CONT", "WINCH", "ALRM", "VTALRM", "PROF", "IO", "PWR",
    "STKFLT"
  };

  /**
   * Long for a set-up, and short for a person: what hangs may be newuidmap asking a directory
   * service, or a file system of a network.
   */
  private static final long PATIENCE_MILLIS = 3000;

  private final Runnable cleanUp;
  private ControlChannel channel;
  private boolean settled;

  /**
   * Takes over the signals of this JVM, for as long as it lives.
   *
   * @param cleanUp run right before the JVM is halted for a signal
   */
  public static SignalForwarder install(Runnable cleanUp) {
    SignalForwarder forwarder = new SignalForwarder(cleanUp);
    Handler handler = new Handler(forwarder);
    for (String name : NAMES) {
      // A signal that the JVM keeps has its own effect; nothing is to be done about it.
      JvmSignals.take(name, handler);
    }
    return forwarder;
  }

  private SignalForwarder(Runnable cleanUp) {
    this.cleanUp = cleanUp;
  }

  /** From now on signals go to the container at the other end. */
  public synchronized void attach(ControlChannel container) {
    channel = container;
  }

  /** The command runs, or never will: from now on no signal ends this process. */
  public synchronized void settle() {
    settled = true;
    notifyAll();
  }

  private synchronized boolean awaitSettled() throws InterruptedException {
    long begin = System.nanoTime();
    long left = PATIENCE_MILLIS;
    while (!settled && left > 0) {
      wait(left);
      left = PATIENCE_MILLIS - (System.nanoTime() - begin) / 1_000_000;
    }
    return settled;
  }

  /** The container has ended: a signal ends this process again. */
  public synchronized void detach() {
    channel = null;
  }

  private void forward(int number) {
    ControlChannel target;
    synchronized (this) {
      target = channel;
    }
    if (target == null) {
      endThisProcess(number);
      return;
    }
    try {
      target.send(Frames.signal(number));
      if (asksToEnd(number) && !awaitSettled()) {
        endThisProcess(number);
      }
    } catch (IOException e) {
      // The container ended first; who waits for it is about to see that.
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void endThisProcess(int number) {
    if (!endsAProcess(number)) {
      return;
    }
    try {
      cleanUp.run();
    } finally {
      Runtime.getRuntime().halt(128 + number);
    }
  }

  /** The same as nsinit takes for it while an agent holds the command up. */
  private static boolean asksToEnd(int number) {
    return number == 1 || number == 2 || number == 15;
  }

  /** CONT and WINCH are ignored by programs that don't care, signal(7). */
  private static boolean endsAProcess(int number) {
    return number != 18 && number != 28;
  }

  /** A class of its own: the first lambda costs 10 ms of a start. */
  private static final class Handler implements JvmSignals.Handler {
    private final SignalForwarder forwarder;

    Handler(SignalForwarder forwarder) {
      this.forwarder = forwarder;
    }

    @Override
    public void handle(int number) {
      forwarder.forward(number);
    }
  }
}
