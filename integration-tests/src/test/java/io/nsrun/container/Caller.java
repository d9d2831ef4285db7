package io.nsrun.container;

import java.nio.file.Path;

/**
 * Who calls nsrun in a test. What a container may do depends on it more than on anything else, so
 * most tests run once for each.
 */
public enum Caller {
  /** The superuser, who may map any id. */
  ROOT,
  /**
   * An ordinary user with ranges in /etc/subuid and /etc/subgid, mapped by newuidmap and newgidmap.
   */
  RANGED,
  /** An ordinary user without any range: one id inside, setgroups denied. */
  PLAIN;

  /** Login name; made on first use, removed when the tests end. */
  public String login() {
    return Users.of(this).login();
  }

  /** Numeric id as the host sees it. */
  public int uid() {
    return Users.of(this).uid();
  }

  /** First id of the caller's range in /etc/subuid; -1 without one. */
  public int firstSubordinateUid() {
    return Users.of(this).firstSubordinateUid();
  }

  /** A directory that belongs to the caller. */
  public Path home() {
    return Users.of(this).home();
  }

  public boolean isRoot() {
    return this == ROOT;
  }
}
