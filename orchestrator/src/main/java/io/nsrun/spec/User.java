package io.nsrun.spec;

import java.util.List;

/**
 * Whom the command runs as, by numbers inside the container.
 *
 * @param uid 0 to 2^32-2
 * @param gid 0 to 2^32-2
 * @param additionalGids supplementary groups
 * @param keepsGroups whether the caller's supplementary groups stay, and {@code additionalGids} are
 *     not set
 */
public record User(long uid, long gid, List<Long> additionalGids, boolean keepsGroups) {
  /** Most supplementary groups that nsinit takes; the kernel takes 65536. */
  public static final int MAX_GROUPS = 256;

  /** Root with no other group. */
  public static final User ROOT = new User(0, 0, List.of());

  public User {
    additionalGids = List.copyOf(additionalGids);
  }

  /** One with these supplementary groups and no others. */
  public User(long uid, long gid, List<Long> additionalGids) {
    this(uid, gid, additionalGids, false);
  }
}
