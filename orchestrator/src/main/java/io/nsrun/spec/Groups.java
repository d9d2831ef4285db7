package io.nsrun.spec;

import java.util.List;

/**
 * Supplementary groups of the command beyond those that its user has.
 *
 * @param added names or numbers, looked up in the container's /etc/group
 * @param kept whether the caller's own stay, and none is set
 */
public record Groups(List<String> added, boolean kept) {
  /** No others. */
  public static final Groups NONE = new Groups(List.of(), false);

  /** All of the caller's, and no others. */
  public static final Groups KEPT = new Groups(List.of(), true);

  public Groups {
    added = List.copyOf(added);
  }
}
