package io.nsrun.launch;

import io.nsrun.control.ControlChannel;
import io.nsrun.control.Event;
import io.nsrun.control.ProtocolException;
import io.nsrun.spec.Blob;
import io.nsrun.spec.ExplainedException;
import java.io.IOException;
import java.nio.file.Path;

/** Has an nsinit carry out a plan, and listens to it until the container has ended. */
public final class Supervisor {
  private final NsinitProcess nsinit;
  private final ControlChannel channel;
  private final Progress progress;

  private SignalForwarder signals;

  /**
   * @param nsinit the process
   * @param channel the connection to it, see {@link NsinitProcess#connect}
   * @param listener told what happens, in the thread that calls {@link #run}
   */
  public Supervisor(NsinitProcess nsinit, ControlChannel channel, Progress.Listener listener) {
    this.nsinit = nsinit;
    this.channel = channel;
    this.progress =
        new Progress(
            new Progress.Listener() {
              @Override
              public void log(Event.Log message) {
                listener.log(message);
              }

              @Override
              public void started(long init, long command) {
                settle();
                listener.started(init, command);
              }

              @Override
              public void missed(long bytes) {
                listener.missed(bytes);
              }
            });
  }

  /**
   * Sends the plan, and blocks until the container has ended and its nsinit was reaped.
   *
   * @param plan the frame of PLAN
   * @throws ExplainedException if nsinit speaks another language
   */
  public Outcome.Report run(byte[] plan) throws IOException, InterruptedException {
    return run(plan, null);
  }

  /**
   * As {@link #run(byte[])}, with the signals of this JVM for the container. They follow the plan:
   * a signal that comes first would be no plan for nsinit.
   *
   * @param signals null for none
   */
  public Outcome.Report run(byte[] plan, SignalForwarder signals)
      throws IOException, InterruptedException {
    send(plan, signals);
    return report(hear(false));
  }

  /**
   * As {@link #run(byte[], SignalForwarder)}, for a container that lives on: listens until its
   * command runs.
   *
   * @return null once it does; else how it came to nothing
   */
  public Outcome.Report runUntilStarted(byte[] plan, SignalForwarder signals)
      throws IOException, InterruptedException {
    send(plan, signals);
    Outcome outcome = hear(true);
    return progress.isStarted() ? null : report(outcome);
  }

  private void send(byte[] plan, SignalForwarder forwarder) {
    signals = forwarder;
    try {
      channel.send(plan);
      if (forwarder != null) {
        forwarder.attach(channel);
      }
    } catch (IOException e) {
      // nsinit stopped reading, and said why before it went: that is still to be read.
      return;
    }
  }

  /** As {@link #run(byte[])}, for a plan that was sent already. */
  public Outcome.Report await() throws IOException, InterruptedException {
    return report(hear(false));
  }

  /** Signals are the command's from now on, or nobody's. */
  private void settle() {
    if (signals != null) {
      signals.settle();
    }
  }

  private Outcome.Report report(Outcome outcome) throws InterruptedException {
    settle();
    nsinit.awaitExit();
    return progress.report(outcome);
  }

  private Outcome hear(boolean untilStarted) throws IOException, InterruptedException {
    try {
      return listen(untilStarted);
    } catch (ProtocolException e) {
      throw new ExplainedException(
          "nsinit does not speak our language: " + e.getMessage(),
          "remove it from the cache directory",
          e);
    } catch (IOException e) {
      return lost();
    }
  }

  private Outcome listen(boolean untilStarted) throws IOException {
    Outcome outcome = null;
    while (outcome == null && !(untilStarted && progress.isStarted())) {
      outcome = progress.take(channel.receive());
    }
    return outcome;
  }

  private Outcome lost() throws InterruptedException {
    int value = nsinit.awaitExit();
    if (progress.terminal() != null) {
      restoreTerminal(progress.terminal());
    }
    return progress.lost(value);
  }

  /** nsinit could not set the terminal back any more, so another one does. */
  private void restoreTerminal(Blob terminal) throws InterruptedException {
    Path program = nsinit.binary();
    if (program == null) {
      return;
    }
    try {
      CallersStreams.inherit(
              new ProcessBuilder(program.toString(), "--restore-terminal", letters(terminal)))
          .start()
          .waitFor();
    } catch (IOException e) {
      // The outcome says that nsinit died; a terminal in raw mode is mended by stty sane.
      return;
    }
  }

  /** Each half of a byte as a letter from a to p, as nsinit takes it. */
  private static String letters(Blob blob) {
    StringBuilder text = new StringBuilder(2 * blob.size());
    for (byte b : blob.toByteArray()) {
      text.append((char) ('a' + ((b >> 4) & 0xf))).append((char) ('a' + (b & 0xf)));
    }
    return text.toString();
  }
}
