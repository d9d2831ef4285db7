package io.nsrun.seccomp;

import io.nsrun.spec.Blob;

/**
 * What seccomp(2) is called with.
 *
 * @param flags SECCOMP_FILTER_FLAG_* bits; NEW_LISTENER goes together with {@code listener}
 * @param program struct sock_filter, 8 bytes each; empty for no filter
 * @param listener who answers for the calls that the program says to ask about; or null
 */
public record SeccompFilter(long flags, Blob program, Listener listener) {
  /** No filter at all. */
  public static final SeccompFilter NONE = new SeccompFilter(0, Blob.EMPTY);

  /**
   * An agent outside (seccomp_unotify(2)).
   *
   * @param path of its listening Unix stream socket, absolute, at most 107 bytes
   * @param metadata what it is told beside the container's state; empty for nothing
   */
  public record Listener(String path, String metadata) {}

  /** A filter that asks nobody. */
  public SeccompFilter(long flags, Blob program) {
    this(flags, program, null);
  }
}
