package io.nsrun.api;

/** Which network a container has. */
public enum Network {
  /** One of its own, with nothing in it but a loopback interface: the default. */
  NONE,

  /**
   * The host's: the container reaches what the JVM reaches, and the abstract Unix sockets of the
   * host's programs with it.
   */
  HOST
}
