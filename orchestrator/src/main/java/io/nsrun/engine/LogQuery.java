package io.nsrun.engine;

import java.time.Instant;

/**
 * What somebody wants of a container's log.
 *
 * @param since nothing that was written before; null for no such limit
 * @param until nothing that was written after; null for no such limit
 * @param tail how many lines at most of those that are there already, the last ones
 * @param follow whether to go on with what comes, until the container's end or {@code until}
 */
public record LogQuery(Instant since, Instant until, long tail, boolean follow) {
  /** All that is there. */
  public static final LogQuery ALL = new LogQuery(null, null, Long.MAX_VALUE, false);
}
