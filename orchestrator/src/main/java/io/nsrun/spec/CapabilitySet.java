package io.nsrun.spec;

/**
 * A set of capabilities.
 *
 * @param bits bit {@code n} stands for capability number {@code n}
 */
public record CapabilitySet(long bits) {
  public static final CapabilitySet NONE = new CapabilitySet(0);

  /** Every capability there is. */
  public static final CapabilitySet ALL =
      new CapabilitySet(2 * Capability.CHECKPOINT_RESTORE.bit() - 1);

  /** What Docker and Podman's ancestors give a container by default. */
  public static final CapabilitySet DEFAULT =
      NONE.plus(Capability.CHOWN)
          .plus(Capability.DAC_OVERRIDE)
          .plus(Capability.FSETID)
          .plus(Capability.FOWNER)
          .plus(Capability.MKNOD)
          .plus(Capability.NET_RAW)
          .plus(Capability.SETGID)
          .plus(Capability.SETUID)
          .plus(Capability.SETFCAP)
          .plus(Capability.SETPCAP)
          .plus(Capability.NET_BIND_SERVICE)
          .plus(Capability.SYS_CHROOT)
          .plus(Capability.KILL)
          .plus(Capability.AUDIT_WRITE);

  public CapabilitySet plus(Capability capability) {
    return new CapabilitySet(bits | capability.bit());
  }

  public CapabilitySet plus(CapabilitySet others) {
    return new CapabilitySet(bits | others.bits);
  }

  public CapabilitySet minus(CapabilitySet others) {
    return new CapabilitySet(bits & ~others.bits);
  }

  public boolean contains(Capability capability) {
    return (bits & capability.bit()) != 0;
  }

  // By hand: the first call of what the compiler makes of a record costs more than all of planning.
  @Override
  public boolean equals(Object other) {
    return other instanceof CapabilitySet that && bits == that.bits;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(bits);
  }

  /**
   * The names with their prefix, comma-separated, in the order of the numbers; unknown bits are
   * left out.
   */
  @Override
  public String toString() {
    StringBuilder names = new StringBuilder();
    for (Capability capability : Capability.values()) {
      if (contains(capability)) {
        names.append(names.length() == 0 ? "CAP_" : ",CAP_").append(capability.name());
      }
    }
    return names.toString();
  }
}
