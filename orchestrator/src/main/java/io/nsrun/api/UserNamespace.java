package io.nsrun.api;

/** Which ids the users of a container have on the host, user_namespaces(7). */
public enum UserNamespace {
  /**
   * As many as the caller may give, which is the default. For root that are 65,536 that nothing
   * else on the machine has; for others their own id as root of the container, and their ranges in
   * /etc/subuid and /etc/subgid, if they have some.
   */
  AUTO,

  /** The ids inside are the same outside; for root only. */
  IDENTITY,

  /** The caller's id as root of the container, and no other. */
  PRIVATE,

  /** The caller's id is the same inside, and the command has it. */
  KEEP_ID,

  /**
   * No user namespace: what is root inside is root outside. For root only, and no isolation to
   * speak of.
   */
  HOST
}
