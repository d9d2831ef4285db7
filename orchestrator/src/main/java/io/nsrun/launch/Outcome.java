package io.nsrun.launch;

import io.nsrun.control.Event;
import java.util.List;

/** How a container came to its end. */
public sealed interface Outcome {
  /**
   * The command ran, and ended.
   *
   * @param exit code or signal, and what it used
   */
  record Ended(Event.Exited exit) implements Outcome {}

  /**
   * The command was never started, and nothing of the container is left.
   *
   * @param failure which step failed, and why
   */
  record NotStarted(Event.Failed failure) implements Outcome {}

  /**
   * Whoever had attached to a container has left it.
   *
   * @param why with which the container goes on, or not
   */
  record Detached(Event.Leaving why) implements Outcome {}

  /**
   * nsinit died without a word. The kernel takes the container down with it.
   *
   * @param how what became of it, as in {@code was killed by signal 9}
   * @param started whether the command had been started
   */
  record Lost(String how, boolean started) implements Outcome {}

  /**
   * An outcome with what was seen on the way.
   *
   * @param outcome how it ended
   * @param timings how long each step took, if the plan asked for it
   * @param pid of the container's init as the host saw it; 0 if there never was one
   */
  record Report(Outcome outcome, List<Event.Timing> timings, long pid) {
    public Report {
      timings = List.copyOf(timings);
    }
  }
}
