package io.nsrun.rootfs;

import io.nsrun.spec.IdMaps;
import io.nsrun.spec.IdRange;
import java.util.List;

/**
 * Which ids files can have.
 *
 * @param uids those of users, as archives name them
 * @param gids those of groups
 * @param oneId why there is but one, the caller's; empty if there are more
 * @param uid the caller's own
 * @param gid the caller's own
 */
record Owners(List<IdRange> uids, List<IdRange> gids, String oneId, long uid, long gid) {
  Owners {
    uids = List.copyOf(uids);
    gids = List.copyOf(gids);
  }

  /** Those of a container that runs, which knows by itself what ids it has. */
  static Owners ofContainer() {
    List<IdRange> all = List.of(new IdRange(0, IdMaps.MAX_ID));
    return new Owners(all, all, "", 0, 0);
  }

  boolean isOne() {
    return !oneId.isEmpty();
  }

  static boolean contains(List<IdRange> ids, long id) {
    for (int i = 0; i < ids.size(); i++) {
      if (ids.get(i).containsAll(id, 1)) {
        return true;
      }
    }
    return false;
  }
}
