package io.nsrun.spec;

import java.util.List;

/** Arithmetic on whole uid and gid maps, and the kernel's rules for them (user_namespaces(7)). */
public final class IdMaps {
  /** Largest unsigned 32-bit number; as an id it is {@code (uid_t) -1}, "no id". */
  public static final long UNSIGNED_MAX = 0xffff_ffffL;

  /** Largest id a process can have. */
  public static final long MAX_ID = UNSIGNED_MAX - 1;

  /** Most lines of a map that the kernel takes since Linux 4.15. */
  public static final int MAX_ENTRIES = 340;

  private IdMaps() {}

  /** The id outside that {@code id} inside stands for, or -1 if {@code id} is not mapped. */
  public static long toOutside(List<IdMapping> map, long id) {
    for (int i = 0; i < map.size(); i++) {
      IdMapping m = map.get(i);
      if (id >= m.inside() && id - m.inside() < m.count()) {
        return m.outside() + (id - m.inside());
      }
    }
    return -1;
  }

  /** The id inside that stands for {@code id} outside, or -1 if {@code id} is not mapped. */
  public static long toInside(List<IdMapping> map, long id) {
    for (int i = 0; i < map.size(); i++) {
      IdMapping m = map.get(i);
      if (id >= m.outside() && id - m.outside() < m.count()) {
        return m.inside() + (id - m.outside());
      }
    }
    return -1;
  }

  /**
   * Adds what the kernel would refuse about {@code map} to {@code problems}, under {@code field}.
   */
  public static void validate(List<IdMapping> map, SpecField field, SpecProblems problems) {
    if (map.size() > MAX_ENTRIES) {
      problems.add(
          field,
          map.size() + " mappings",
          "the kernel takes at most " + MAX_ENTRIES + ": join neighbouring ranges");
    }
    for (int i = 0; i < map.size(); i++) {
      IdMapping m = map.get(i);
      if (m.count() < 1) {
        problems.add(field, "mapping " + m + " is empty", "give a count of 1 or more");
      } else if (m.inside() < 0
          || m.outside() < 0
          || m.inside() + m.count() > UNSIGNED_MAX
          || m.outside() + m.count() > UNSIGNED_MAX) {
        problems.add(field, "mapping " + m + " leaves the ids 0-" + MAX_ID, "lower the count");
      } else {
        validateDisjoint(map, i, field, problems);
      }
    }
  }

  private static void validateDisjoint(
      List<IdMapping> map, int index, SpecField field, SpecProblems problems) {
    IdMapping m = map.get(index);
    for (int i = 0; i < index; i++) {
      IdMapping other = map.get(i);
      boolean inside = overlap(m.inside(), m.count(), other.inside(), other.count());
      boolean outside = overlap(m.outside(), m.count(), other.outside(), other.count());
      if (inside || outside) {
        problems.add(
            field,
            "mappings " + other + " and " + m + " overlap " + (inside ? "inside" : "outside"),
            "every id may be mapped once");
      }
    }
  }

  private static boolean overlap(long start, long count, long otherStart, long otherCount) {
    return otherCount > 0 && start < otherStart + otherCount && otherStart < start + count;
  }
}
