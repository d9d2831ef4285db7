package io.nsrun.spec;

import java.util.List;

/**
 * Where the container's user namespace comes from, and which ids it has.
 *
 * @param mode how the ids are chosen
 * @param uids with {@link Mode#EXPLICIT}: the whole uid map; with {@link Mode#JOIN}: that of the
 *     namespace, if it is known; else empty
 * @param gids the same of group ids
 * @param path with {@link Mode#JOIN} only: file of the namespace
 */
public record UserNamespace(Mode mode, List<IdMapping> uids, List<IdMapping> gids, String path) {
  /** How the ids of the user namespace are chosen. */
  public enum Mode {
    /**
     * As many ids as the caller may map: for root a range that nothing else on the machine has, for
     * others their own id plus their subordinate ranges.
     */
    AUTO,
    /** The ids inside are the same ids outside; for root only. */
    IDENTITY,
    /** The caller's id as root, and nothing else. */
    PRIVATE,
    /** The caller's id is the same inside, and the process has it. */
    KEEP_ID,
    /** No new user namespace. */
    HOST,
    /** The maps given. */
    EXPLICIT,
    /** An existing namespace, by path. */
    JOIN
  }

  public UserNamespace {
    uids = List.copyOf(uids);
    gids = List.copyOf(gids);
  }

  /** A user namespace of the given mode, which must need no more data. */
  public static UserNamespace of(Mode mode) {
    if (mode == Mode.EXPLICIT || mode == Mode.JOIN) {
      throw new IllegalArgumentException(mode + " needs maps or a path");
    }
    return new UserNamespace(mode, List.of(), List.of(), "");
  }

  /** A new user namespace with exactly these maps. */
  public static UserNamespace explicit(List<IdMapping> uids, List<IdMapping> gids) {
    return new UserNamespace(Mode.EXPLICIT, uids, gids, "");
  }

  /** The existing user namespace held by the file {@code path}. */
  public static UserNamespace join(String path) {
    return join(path, List.of(), List.of());
  }

  /** As {@link #join(String)}, of one whose maps are known. */
  public static UserNamespace join(String path, List<IdMapping> uids, List<IdMapping> gids) {
    return new UserNamespace(Mode.JOIN, uids, gids, path);
  }

  /** Whether the container gets a user namespace of its own. */
  public boolean isNew() {
    return mode != Mode.HOST && mode != Mode.JOIN;
  }
}
