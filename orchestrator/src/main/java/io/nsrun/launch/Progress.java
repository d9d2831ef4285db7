package io.nsrun.launch;

import io.nsrun.control.Event;
import io.nsrun.spec.Blob;
import java.util.ArrayList;
import java.util.List;

/** What is known of a container on its way, from the events that are heard of it. */
public final class Progress {
  /** Takes what nsinit says on the way. */
  public interface Listener {
    /** A message for people. Must not block for long: the container's events wait behind it. */
    void log(Event.Log message);

    /**
     * The command runs.
     *
     * @param init pid of the container's init, as the host sees it
     * @param command pid of the command: the same, where it is PID 1 itself; 0 if the plan has none
     */
    void started(long init, long command);

    /** So many bytes of output came too fast. */
    default void missed(long bytes) {}
  }

  private final Listener listener;
  private final List<Event.Timing> timings = new ArrayList<>(0);
  private Blob terminal;
  private long pid;
  private boolean started;

  /** Of a container of which nothing was heard yet. */
  public Progress(Listener listener) {
    this.listener = listener;
  }

  /** The outcome, if the event tells one; else null. */
  public Outcome take(Event event) {
    if (event instanceof Event.Exited exited) {
      return new Outcome.Ended(exited);
    }
    if (event instanceof Event.Failed failed) {
      return new Outcome.NotStarted(failed);
    }
    if (event instanceof Event.Detached detached) {
      return new Outcome.Detached(detached.why());
    }
    if (event instanceof Event.Ready ready) {
      pid = ready.pid();
    } else if (event instanceof Event.Started running) {
      started = true;
      listener.started(pid, running.pid());
    } else if (event instanceof Event.Trace trace) {
      // One each of monitor, init and command.
      timings.addAll(trace.timings());
    } else if (event instanceof Event.Terminal before) {
      terminal = before.termios();
    } else if (event instanceof Event.Log message) {
      listener.log(message);
    } else if (event instanceof Event.Missed missed) {
      listener.missed(missed.bytes());
    } else if (event instanceof Event.Refused refused) {
      listener.log(new Event.Log(Event.Level.WARN, refused.text()));
    }
    return null;
  }

  /** Whether the command came to run. */
  boolean isStarted() {
    return started;
  }

  /** What the caller's terminal was set to, should nsinit not set it back; null if it was not. */
  Blob terminal() {
    return terminal;
  }

  /** The outcome where its nsinit ended without telling one, with that exit value. */
  public Outcome lost(int exitValue) {
    return new Outcome.Lost(Nsinit.describe(exitValue), started);
  }

  /** An outcome with what was seen on the way. */
  public Outcome.Report report(Outcome outcome) {
    return new Outcome.Report(outcome, timings, pid);
  }
}
