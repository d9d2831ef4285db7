package io.nsrun.spec;

/** Which system calls the command may make. */
public sealed interface Seccomp {
  /** What nsrun's own profile allows for the capabilities of the container. */
  Seccomp DEFAULT = new Default();

  /** All of them. */
  Seccomp UNCONFINED = new Unconfined();

  /** See {@link #DEFAULT}. */
  record Default() implements Seccomp {}

  /** See {@link #UNCONFINED}. */
  record Unconfined() implements Seccomp {}

  /**
   * What a profile allows.
   *
   * @param source where it came from, for messages
   * @param json {@code linux.seccomp} of OCI's runtime-spec, or a profile file of the engines
   */
  record Profile(String source, Blob json) implements Seccomp {}
}
