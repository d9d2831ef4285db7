package io.nsrun.plan.facts;

import io.nsrun.spec.IdMapping;
import io.nsrun.spec.IdMaps;
import java.io.IOException;
import java.util.List;

/**
 * Who has a say over the files of a user namespace: its root, or where it has none, the first id
 * that it has.
 *
 * @param uid inside
 * @param gid inside
 */
public record RootIds(long uid, long gid) {
  /** Of one that has root. */
  public static final RootIds ROOT = new RootIds(0, 0);

  /**
   * Those of the namespace that a process is in; root's if the process has ended.
   *
   * @param pid as this process sees it
   */
  public static RootIds of(long pid) throws IOException {
    ProcessIdMaps maps = ProcessIdMaps.of(pid);
    return new RootIds(first(maps.uids()), first(maps.gids()));
  }

  private static long first(List<IdMapping> map) {
    return map.isEmpty() || IdMaps.toOutside(map, 0) >= 0 ? 0 : map.get(0).inside();
  }
}
