package io.nsrun.spec;

import java.util.Locale;

/**
 * A resource limit (getrlimit(2)).
 *
 * @param soft what counts, in the resource's own unit; {@link #UNLIMITED} for none
 * @param hard what the soft one may be raised to; {@link #UNLIMITED} for none
 */
public record Rlimit(Resource resource, long soft, long hard) {
  /** RLIM_INFINITY: the unsigned 64-bit number of all ones. */
  public static final long UNLIMITED = -1;

  /** Resources with their numbers, which x86_64 and aarch64 share (asm-generic/resource.h). */
  public enum Resource {
    CPU(0),
    FSIZE(1),
    DATA(2),
    STACK(3),
    CORE(4),
    RSS(5),
    NPROC(6),
    NOFILE(7),
    MEMLOCK(8),
    AS(9),
    LOCKS(10),
    SIGPENDING(11),
    MSGQUEUE(12),
    NICE(13),
    RTPRIO(14),
    RTTIME(15);

    private final int number;

    Resource(int number) {
      this.number = number;
    }

    /** The kernel's RLIMIT_* number. */
    public int number() {
      return number;
    }

    /** How --ulimit spells it. */
    public String optionName() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The resource of a RLIMIT_* number; null if there is none. */
    public static Resource of(int number) {
      for (Resource resource : values()) {
        if (resource.number == number) {
          return resource;
        }
      }
      return null;
    }
  }
}
