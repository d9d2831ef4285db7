package io.nsrun.spec;

/** What is at /proc of the container. */
public enum ProcMode {
  /** A procfs of its own PID namespace. */
  FRESH,
  /** The host's /proc, for hosts that refuse a fresh one: processes of the host are visible. */
  BIND,
  /** Nothing. */
  NONE
}
