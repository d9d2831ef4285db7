package io.nsrun.api;

/** What a container has at /proc, proc(5). */
public enum Proc {
  /** One of its own, which shows its own processes: the default. */
  FRESH,

  /**
   * The host's, which shows the host's processes: for machines that refuse a fresh one, as many
   * containers do to those inside.
   */
  BIND,

  /** Nothing. */
  NONE
}
