package io.nsrun.control;

/**
 * The process at the other end of a channel, as the kernel recorded it at connect(2) (unix(7),
 * SO_PEERCRED).
 *
 * @param sameUser whether its effective user is the one this JVM runs as
 * @param user name or number of its user, for messages
 * @param pid its process id, or {@link #UNKNOWN_PID} where the implementation can't tell
 */
public record Peer(boolean sameUser, String user, long pid) {
  /** What {@link #pid} is where the implementation can't tell. */
  public static final long UNKNOWN_PID = -1;
}
