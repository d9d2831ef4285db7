package io.nsrun.api;

import java.util.Objects;

/**
 * Whether a container that lives on starts again when it has ended by itself, see {@link
 * DetachSettings#restart}.
 *
 * <p>Before it starts again it waits 100 ms, and each time twice as long as before, up to a minute;
 * once it has run for 10 seconds it begins with 100 ms again. It is what it was: id, name, what it
 * has written, its log. A process of nsrun's sees to it, and not this program; it does not outlive
 * the machine's. {@link DetachedContainer#stop}, SIGKILL and the stop signal end it for good; so
 * does a start that fails. Immutable.
 */
public final class RestartPolicy {
  private static final RestartPolicy NEVER = new RestartPolicy(io.nsrun.spec.RestartPolicy.NEVER);

  private final io.nsrun.spec.RestartPolicy policy;

  private RestartPolicy(io.nsrun.spec.RestartPolicy policy) {
    this.policy = policy;
  }

  /** {@return it stays as it has ended: the default} */
  public static RestartPolicy never() {
    return NEVER;
  }

  /** {@return it starts again whenever it has ended by itself} */
  public static RestartPolicy always() {
    return new RestartPolicy(
        new io.nsrun.spec.RestartPolicy(true, io.nsrun.spec.RestartPolicy.ALWAYS));
  }

  /** {@return it starts again unless its command has exited with 0} */
  public static RestartPolicy onFailure() {
    return onFailure(io.nsrun.spec.RestartPolicy.ALWAYS);
  }

  /**
   * As {@link #onFailure()}, but not for ever.
   *
   * @param most how often, at least 1
   * @return it starts again so often, unless its command has exited with 0
   * @throws IllegalArgumentException if {@code most} is less than 1
   */
  public static RestartPolicy onFailure(int most) {
    if (most < 1) {
      throw new IllegalArgumentException(most + " is out of range; use 1 or more");
    }
    return new RestartPolicy(new io.nsrun.spec.RestartPolicy(false, most));
  }

  io.nsrun.spec.RestartPolicy toSpec() {
    return policy;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RestartPolicy that && policy.equals(that.policy);
  }

  @Override
  public int hashCode() {
    return Objects.hash(policy);
  }

  /** {@code no}, {@code on-failure}, {@code on-failure:3} or {@code always}. */
  @Override
  public String toString() {
    return policy.text();
  }
}
