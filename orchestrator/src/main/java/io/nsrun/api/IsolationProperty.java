package io.nsrun.api;

/**
 * A property of the isolation that a machine may be unable to give. What is required stops a
 * container that can't have it; what is preferred may be less, and {@link ContainerEnd#isolation}
 * tells how it came out.
 */
public enum IsolationProperty {
  /** A range of ids rather than one. Preferred by default. */
  IDS,

  /** No supplementary group of the caller. Preferred by default. */
  GROUPS,

  /** A /proc of the container's own. Required by default. */
  PROC,

  /** A /sys of the container's own. Preferred by default. */
  SYSFS,

  /** A filter of system calls. Required by default, and can't be preferred. */
  SECCOMP,

  /** The {@link Security#landlock} rules. Required by default, where there are some. */
  LANDLOCK
}
