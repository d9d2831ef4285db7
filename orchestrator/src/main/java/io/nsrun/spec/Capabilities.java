package io.nsrun.spec;

/**
 * Which capabilities the command may have.
 *
 * @param add what it gets beyond the default; {@link CapabilitySet#ALL} for every one
 * @param drop what it loses; {@link CapabilitySet#ALL} leaves only {@code add}
 * @param privileged whether it gets all, and sees /proc and /sys unmasked; {@code add} and {@code
 *     drop} then don't matter
 */
public record Capabilities(CapabilitySet add, CapabilitySet drop, boolean privileged) {
  /** The default set, nothing more, nothing less. */
  public static final Capabilities DEFAULT =
      new Capabilities(CapabilitySet.NONE, CapabilitySet.NONE, false);

  /**
   * The set that results. As {@code docker run} has it: adding ALL starts from all and then drops;
   * dropping ALL starts from none and then adds; otherwise what is both dropped and added is there.
   */
  public CapabilitySet effective() {
    if (privileged) {
      return CapabilitySet.ALL;
    }
    if (add.equals(CapabilitySet.ALL)) {
      return CapabilitySet.ALL.minus(drop);
    }
    if (drop.equals(CapabilitySet.ALL)) {
      return add;
    }
    return CapabilitySet.DEFAULT.minus(drop).plus(add);
  }
}
