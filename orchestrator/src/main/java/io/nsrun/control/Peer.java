package io.nsrun.control;

/**
 * The process at the other end of a channel: the one that was started, or, of a socket, the one
 * that the kernel recorded at connect(2) (unix(7), SO_PEERCRED).
 *
 * @param sameUser whether its effective user is the one this JVM runs as
 * @param user name or number of its user, for messages
 * @param pid its process id
 */
public record Peer(boolean sameUser, String user, long pid) {
  /** A child of this JVM. */
  static Peer ofChild(long pid) {
    return new Peer(true, System.getProperty("user.name", ""), pid);
  }
}
