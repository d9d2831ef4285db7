package io.nsrun.api;

/** The kinds of namespaces, namespaces(7). */
public enum Namespace {
  /** Ids of users and groups, and the power over all other namespaces. */
  USER,

  /** Mounts. */
  MOUNT,

  /** Processes. */
  PID,

  /** System V IPC, and POSIX message queues. */
  IPC,

  /** Host name and domain name. */
  UTS,

  /** Interfaces, addresses, ports. */
  NETWORK,

  /** The view of control groups. */
  CGROUP,

  /** Clocks since boot. */
  TIME
}
