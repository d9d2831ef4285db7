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

  /** The same with the caller's supplementary groups. */
  public User keepingGroups() {
    return new User(uid, gid, List.of(), true);
  }

  /** Adds what is wrong with the numbers to {@code problems}. */
  public void validate(SpecProblems problems) {
    id("uid", uid, problems);
    id("gid", gid, problems);
    if (additionalGids.size() > MAX_GROUPS) {
      problems.add(
          SpecField.USER,
          additionalGids.size() + " supplementary groups",
          "nsinit takes at most " + MAX_GROUPS);
    }
    for (int i = 0; i < additionalGids.size(); i++) {
      id("supplementary gid", additionalGids.get(i), problems);
    }
  }

  private static void id(String what, long value, SpecProblems problems) {
    if (value < 0 || value > IdMaps.MAX_ID) {
      problems.add(
          SpecField.USER, what + " " + value + " is out of range", "use 0 to " + IdMaps.MAX_ID);
    }
  }

  /** One with these supplementary groups and no others. */
  public User(long uid, long gid, List<Long> additionalGids) {
    this(uid, gid, additionalGids, false);
  }
}
