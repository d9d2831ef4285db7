package io.nsrun.plan.facts;

/**
 * newuidmap(1) or newgidmap(1) of this host.
 *
 * @param path where it is; empty if there is none
 * @param problem why it can't be used; empty if it can, as far as can be told
 */
public record IdHelper(String path, String problem) {
  /** Whether it was found and looks as if it worked. */
  public boolean usable() {
    return !path.isEmpty() && problem.isEmpty();
  }

  /** A helper that is there and usable. */
  public static IdHelper at(String path) {
    return new IdHelper(path, "");
  }

  /** No helper, and why. */
  public static IdHelper none(String problem) {
    return new IdHelper("", problem);
  }
}
