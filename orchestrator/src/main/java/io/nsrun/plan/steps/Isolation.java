package io.nsrun.plan.steps;

import java.util.List;

/**
 * Which isolation a plan achieves. Nothing is left out silently: what is less than the secure
 * default is listed with the reason.
 *
 * @param properties one for each {@link Aspect} that applies, in the order of the enum
 */
public record Isolation(List<Property> properties) {
  /** Value of {@link Aspect#SUPPLEMENTARY_GROUPS} where setgroups(2) is allowed, and was called. */
  public static final String GROUPS_SET = "set";

  /** Value of {@link Aspect#MOUNTS} where the command may mount, and undo nothing. */
  public static final String MOUNTS_LOCKED = "locked";

  /** What can be isolated. */
  public enum Aspect {
    USER_NAMESPACE,
    IDS,
    SUPPLEMENTARY_GROUPS,
    MOUNT_NAMESPACE,
    PID_NAMESPACE,
    IPC_NAMESPACE,
    UTS_NAMESPACE,
    NETWORK_NAMESPACE,
    CGROUP_NAMESPACE,
    TIME_NAMESPACE,
    PROC,
    SYSFS,
    PROTECTED_PATHS,
    MOUNTS,
    CAPABILITIES,
    NO_NEW_PRIVS,
    SECCOMP,
    LANDLOCK;

    /** The name as written to records: lower case with underscores. */
    public String key() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /**
   * How one aspect came out.
   *
   * @param aspect which one
   * @param full whether it is as good as the secure default or better
   * @param value what is there, in a word or two, e.g. {@code private} or {@code 1 id}
   * @param reason why it is not more; empty if {@code full}
   */
  public record Property(Aspect aspect, boolean full, String value, String reason) {}

  public Isolation {
    properties = List.copyOf(properties);
  }

  /** How {@code aspect} came out, or {@code null} if it does not apply. */
  public Property get(Aspect aspect) {
    for (int i = 0; i < properties.size(); i++) {
      if (properties.get(i).aspect() == aspect) {
        return properties.get(i);
      }
    }
    return null;
  }
}
