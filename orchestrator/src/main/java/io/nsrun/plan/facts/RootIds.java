package io.nsrun.plan.facts;

import io.nsrun.spec.IdRange;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
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
    String directory = "/proc/" + pid;
    try {
      return new RootIds(first(directory + "/uid_map"), first(directory + "/gid_map"));
    } catch (FileNotFoundException | NoSuchFileException e) {
      return ROOT;
    }
  }

  private static long first(String map) throws IOException {
    List<IdRange> ids = ProcStatus.parseIdMap(SmallFile.read(map));
    for (int i = 0; i < ids.size(); i++) {
      if (ids.get(i).containsAll(0, 1)) {
        return 0;
      }
    }
    return ids.isEmpty() ? 0 : ids.get(0).start();
  }
}
