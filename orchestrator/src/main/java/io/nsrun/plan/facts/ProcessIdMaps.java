package io.nsrun.plan.facts;

import io.nsrun.spec.IdMapping;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/**
 * The id maps of the user namespace that a process is in.
 *
 * @param uids user ids inside, and what they are to this process
 * @param gids the same of group ids
 */
public record ProcessIdMaps(List<IdMapping> uids, List<IdMapping> gids) {
  public ProcessIdMaps {
    uids = List.copyOf(uids);
    gids = List.copyOf(gids);
  }

  /**
   * Those of a process; empty if it has ended.
   *
   * @param pid as this process sees it
   */
  public static ProcessIdMaps of(long pid) throws IOException {
    String directory = "/proc/" + pid;
    try {
      return new ProcessIdMaps(read(directory + "/uid_map"), read(directory + "/gid_map"));
    } catch (FileNotFoundException | NoSuchFileException e) {
      return new ProcessIdMaps(List.of(), List.of());
    }
  }

  private static List<IdMapping> read(String map) throws IOException {
    return ProcStatus.parseIdMappings(SmallFile.read(map));
  }
}
