package io.nsrun.seccomp;

/** SECCOMP_FILTER_FLAG_* of linux/seccomp.h. */
final class FilterFlags {
  static final long TSYNC = 1;
  static final long LOG = 1 << 1;
  static final long SPEC_ALLOW = 1 << 2;
  static final long NEW_LISTENER = 1 << 3;

  /** Since Linux 5.19; the kernel takes it beside {@link #NEW_LISTENER} alone. */
  static final long WAIT_KILLABLE_RECV = 1 << 5;

  private FilterFlags() {}
}
