package io.nsrun.control;

/**
 * The process at the other end of a channel, as the kernel recorded it at connect(2) (unix(7),
 * SO_PEERCRED).
 *
 * @param sameUser whether its effective user is the one this JVM runs as
 * @param user name or number of its user, for messages
 * @param pid its process id, or -1 where the implementation can't tell
 */
public record Peer(boolean sameUser, String user, long pid) {}
