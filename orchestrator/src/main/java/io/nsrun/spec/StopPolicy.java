package io.nsrun.spec;

import java.time.Duration;

/**
 * When and how the container is made to end.
 *
 * @param timeout wall-clock time from the start of the command to the stop signal, resolution 1 ms;
 *     zero for no limit
 * @param signal what asks it to end
 * @param grace wall-clock time from the signal to SIGKILL, resolution 1 ms
 */
public record StopPolicy(Duration timeout, Signal signal, Duration grace) {
  /** No limit; SIGTERM, and SIGKILL ten seconds later. */
  public static final StopPolicy DEFAULT =
      new StopPolicy(Duration.ZERO, Signal.TERM, Duration.ofSeconds(10));
}
