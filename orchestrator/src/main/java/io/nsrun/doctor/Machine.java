package io.nsrun.doctor;

import io.nsrun.plan.facts.MountEntry;
import io.nsrun.spec.KernelRelease;
import io.nsrun.state.IdRangePool;
import java.util.List;
import java.util.Optional;

/**
 * What can be seen of the machine and the caller without changing anything.
 *
 * <p>The primitives never throw: what can't be read is absent, and a probe says so.
 */
public interface Machine {
  /** Text of a regular or procfs file, at most its first MiB; absent if it can't be read. */
  Optional<String> read(String path);

  /** Target of a symbolic link, not followed any further; absent if it is none. */
  Optional<String> link(String path);

  /**
   * File type and permissions as in {@code st_mode}, links followed; 0 if there is no such file.
   */
  int mode(String path);

  /** Whether the caller may execute the file; false on a file system mounted noexec. */
  boolean canExecute(String path);

  /** File capabilities as getcap(8) prints them, e.g. {@code cap_setuid=ep}; absent if unknown. */
  Optional<String> fileCapabilities(String path);

  /** Variable of the caller's environment; absent if unset or empty. */
  Optional<String> environment(String name);

  /** System property of the JVM; absent if unset or empty. */
  Optional<String> property(String name);

  /** Where the nsinit program may be placed, best first; absolute. */
  List<String> programDirectories();

  /**
   * First ids of the ranges that containers of the caller have now (see {@link IdRangePool}), in
   * ascending order; absent if that can't be told.
   */
  Optional<List<Long>> takenRanges();

  /** How many of these ranges are never given out, since an id of theirs is somebody's. */
  int reservedRanges();

  /** File system mounts as the caller sees them; empty if /proc can't be read. */
  default List<MountEntry> mounts() {
    return MountEntry.parseAll(read("/proc/self/mountinfo").orElse(""));
  }

  /** Release of the running kernel; absent if /proc can't be read. */
  default Optional<KernelRelease> kernel() {
    return read("/proc/sys/kernel/osrelease").flatMap(KernelRelease::parse);
  }

  /** First word of a line of /proc/self/status, e.g. {@code status("NoNewPrivs")}. */
  default Optional<String> status(String key) {
    return statusWords(key).stream().findFirst();
  }

  /** Words of a line of /proc/self/status; empty if there is no such line. */
  default List<String> statusWords(String key) {
    for (String line : read("/proc/self/status").orElse("").split("\n", -1)) {
      if (line.startsWith(key + ":")) {
        return List.of(line.substring(key.length() + 1).trim().split("\\s+", -1));
      }
    }
    return List.of();
  }

  /** Effective user id of the caller; absent if /proc can't be read. */
  default Optional<Long> uid() {
    List<String> ids = statusWords("Uid");
    return ids.size() == 4 ? Optional.of(Long.valueOf(ids.get(1))) : Optional.empty();
  }

  /** Whether the caller is root here, be it in a user namespace. */
  default boolean isRoot() {
    return uid().equals(Optional.of(0L));
  }

  /** A sysctl or other file that holds one whole number; absent if it doesn't. */
  default Optional<Long> number(String path) {
    return read(path).map(String::trim).filter(t -> t.matches("-?[0-9]{1,18}")).map(Long::valueOf);
  }
}
