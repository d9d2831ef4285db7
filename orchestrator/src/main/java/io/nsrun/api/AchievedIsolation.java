package io.nsrun.api;

import io.nsrun.engine.Prepared;

/**
 * How one property of a container's isolation came out: what is less than the secure default is
 * told, with the reason. Immutable.
 */
public final class AchievedIsolation {
  private final Prepared.Achieved achieved;

  AchievedIsolation(Prepared.Achieved achieved) {
    this.achieved = achieved;
  }

  /** {@return which one, as in {@code user_namespace}, {@code ids} or {@code seccomp}} */
  public String aspect() {
    return achieved.aspect();
  }

  /** {@return whether it is as good as the secure default, or better} */
  public boolean isFull() {
    return achieved.full();
  }

  /** {@return what is there, in a word or two, as in {@code private} or {@code 1 id}} */
  public String value() {
    return achieved.value();
  }

  /** {@return why it is not more; empty if it {@link #isFull}} */
  public String reason() {
    return achieved.reason();
  }

  /** For people: {@code ids: 1 id (no range in /etc/subuid)}. */
  @Override
  public String toString() {
    return aspect() + ": " + value() + (reason().isEmpty() ? "" : " (" + reason() + ")");
  }
}
