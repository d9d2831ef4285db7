package io.nsrun.doctor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A line of /proc/PID/mountinfo, see proc_pid_mountinfo(5).
 *
 * @param id of the mount
 * @param parent id of the mount it is on
 * @param root directory of the file system that is mounted; {@code /} for all of it
 * @param point where it is mounted, as the reading process sees it
 * @param options of the mount, e.g. {@code noexec}
 * @param type of the file system
 */
record MountEntry(int id, int parent, String root, String point, Set<String> options, String type) {

  static List<MountEntry> parseAll(String mountinfo) {
    List<MountEntry> entries = new ArrayList<>();
    for (String line : mountinfo.split("\n", -1)) {
      parse(line).ifPresent(entries::add);
    }
    return List.copyOf(entries);
  }

  private static Optional<MountEntry> parse(String line) {
    String[] words = line.trim().split(" ", -1);
    // Optional fields end with a hyphen; the type follows it.
    int hyphen = Arrays.asList(words).indexOf("-");
    if (hyphen < 6 || hyphen + 1 >= words.length || !isNumber(words[0]) || !isNumber(words[1])) {
      return Optional.empty();
    }
    return Optional.of(
        new MountEntry(
            Integer.parseInt(words[0]),
            Integer.parseInt(words[1]),
            unescape(words[3]),
            unescape(words[4]),
            Set.of(Arrays.stream(words[5].split(",", -1)).distinct().toArray(String[]::new)),
            words[hyphen + 1]));
  }

  private static boolean isNumber(String word) {
    return word.matches("[0-9]{1,9}");
  }

  /** The kernel writes blank, tab, newline and backslash as three octal digits. */
  private static String unescape(String word) {
    return word.replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\");
  }

  /** The mount that a path lies on: of the longest mount point above it, the topmost. */
  static Optional<MountEntry> holding(List<MountEntry> mounts, String path) {
    MountEntry best = null;
    for (MountEntry mount : mounts) {
      if (mount.holds(path) && (best == null || mount.point.length() >= best.point.length())) {
        best = mount;
      }
    }
    return Optional.ofNullable(best);
  }

  private boolean holds(String path) {
    return point.equals("/") || path.equals(point) || path.startsWith(point + "/");
  }

  boolean has(String option) {
    return options.contains(option);
  }
}
