package io.nsrun.plan.facts;

import io.nsrun.spec.Decimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A line of /proc/PID/mountinfo, see proc_pid_mountinfo(5).
 *
 * @param id of the mount
 * @param parent id of the mount it is on
 * @param device of the file system, as MAJOR:MINOR
 * @param root directory of the file system that is mounted; {@code /} for all of it
 * @param point where it is mounted, as the reading process sees it
 * @param options of the mount, e.g. {@code noexec}
 * @param type of the file system
 */
public record MountEntry(
    int id,
    int parent,
    String device,
    String root,
    String point,
    List<String> options,
    String type) {

  /** Every line that is one; a run reads them too, so that plain loops have to do. */
  public static List<MountEntry> parseAll(String mountinfo) {
    List<MountEntry> entries = new ArrayList<>();
    int start = 0;
    for (int end = mountinfo.indexOf('\n'); end >= 0; end = mountinfo.indexOf('\n', start)) {
      MountEntry entry = parse(mountinfo.substring(start, end));
      if (entry != null) {
        entries.add(entry);
      }
      start = end + 1;
    }
    return entries;
  }

  private static MountEntry parse(String line) {
    List<String> words = Arrays.asList(line.split(" ", -1));
    // Optional fields end with a hyphen; the type follows it.
    int hyphen = words.indexOf("-");
    if (hyphen < 6 || hyphen + 1 >= words.size()) {
      return null;
    }
    int id = (int) Decimal.parse(words.get(0), Integer.MAX_VALUE);
    int parent = (int) Decimal.parse(words.get(1), Integer.MAX_VALUE);
    if (id < 0 || parent < 0) {
      return null;
    }
    return new MountEntry(
        id,
        parent,
        words.get(2),
        unescape(words.get(3)),
        unescape(words.get(4)),
        List.of(words.get(5).split(",", -1)),
        words.get(hyphen + 1));
  }

  /** The kernel writes blank, tab, newline and backslash as three octal digits. */
  private static String unescape(String word) {
    if (word.indexOf('\\') < 0) {
      return word;
    }
    return word.replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\");
  }

  /** The mount that a path lies on: of the longest mount point above it, the topmost. */
  public static Optional<MountEntry> holding(List<MountEntry> mounts, String path) {
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

  /** Whether the mount has an option. */
  public boolean has(String option) {
    return options.contains(option);
  }
}
