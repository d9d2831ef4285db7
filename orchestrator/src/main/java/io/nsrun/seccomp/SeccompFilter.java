package io.nsrun.seccomp;

import io.nsrun.spec.Blob;

/**
 * What seccomp(2) is called with.
 *
 * @param flags SECCOMP_FILTER_FLAG_* bits
 * @param program struct sock_filter, 8 bytes each; empty for no filter
 */
public record SeccompFilter(long flags, Blob program) {
  /** No filter at all. */
  public static final SeccompFilter NONE = new SeccompFilter(0, Blob.EMPTY);
}
