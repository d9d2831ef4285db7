package io.nsrun.spec;

/**
 * A resource limit (getrlimit(2)).
 *
 * @param soft what counts, in the resource's own unit; {@link #UNLIMITED} for none
 * @param hard what the soft one may be raised to; {@link #UNLIMITED} for none
 */
public record Rlimit(Resource resource, long soft, long hard) {
  /** RLIM_INFINITY: the unsigned 64-bit number of all ones. */
  public static final long UNLIMITED = -1;

  /** Resources in the order of their numbers, which x86_64 and aarch64 share. */
  public enum Resource {
    CPU,
    FSIZE,
    DATA,
    STACK,
    CORE,
    RSS,
    NPROC,
    NOFILE,
    MEMLOCK,
    AS,
    LOCKS,
    SIGPENDING,
    MSGQUEUE,
    NICE,
    RTPRIO,
    RTTIME;

    /** The kernel's RLIMIT_* number. */
    public int number() {
      return ordinal();
    }
  }
}
