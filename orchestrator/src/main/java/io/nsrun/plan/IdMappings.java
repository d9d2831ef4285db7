package io.nsrun.plan;

import io.nsrun.spec.IdMapping;
import io.nsrun.spec.IdMaps;
import io.nsrun.spec.IdRange;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import java.util.ArrayList;
import java.util.List;

/** Makes mappings of ranges of ids, and describes them. */
final class IdMappings {
  /** Ids of an ordinary system: 0-65535. */
  private static final long ORDINARY_IDS = 65536;

  /** The kernel takes a map in one write of less than a page (user_namespaces(7)). */
  private static final int MAX_MAP_BYTES = 4095;

  /** So many lines of 33 bytes, and three more, fit into {@link #MAX_MAP_BYTES}. */
  private static final int MAX_RANGES = 120;

  private static final int SHOWN = 4;

  private IdMappings() {}

  /**
   * Maps every id below 65536 of the ranges onto itself. Neighbouring ranges stay apart, since the
   * kernel wants each mapping inside one line of the parent's map.
   */
  static List<IdMapping> identity(List<IdRange> ranges) {
    List<IdMapping> map = new ArrayList<>();
    for (int i = 0; i < ranges.size(); i++) {
      IdRange range = ranges.get(i);
      long end = Math.min(range.end(), ORDINARY_IDS);
      if (range.start() < end) {
        map.add(new IdMapping(range.start(), range.start(), end - range.start()));
      }
    }
    return map;
  }

  /** Maps every id of the ranges onto itself. */
  static List<IdMapping> unchanged(List<IdRange> ranges) {
    List<IdMapping> map = new ArrayList<>();
    for (int i = 0; i < ranges.size(); i++) {
      map.add(new IdMapping(ranges.get(i).start(), ranges.get(i).start(), ranges.get(i).count()));
    }
    return map;
  }

  /**
   * What of {@code granted} can be mapped: it exists, is not the caller's own id, which is mapped
   * apart, and is in no earlier range.
   */
  static List<IdRange> usable(List<IdRange> granted, List<IdRange> existing, long own) {
    List<IdRange> result = new ArrayList<>();
    for (int i = 0; i < granted.size(); i++) {
      for (int k = 0; k < existing.size(); k++) {
        long start = Math.max(granted.get(i).start(), existing.get(k).start());
        long end = Math.min(granted.get(i).end(), existing.get(k).end());
        if (start < end) {
          addNew(result, new IdRange(start, end - start), own);
        }
      }
    }
    return result;
  }

  private static void addNew(List<IdRange> ranges, IdRange added, long own) {
    List<IdRange> pieces = without(List.of(added), new IdRange(own, 1));
    for (int i = 0; i < ranges.size(); i++) {
      pieces = without(pieces, ranges.get(i));
    }
    ranges.addAll(pieces);
  }

  private static List<IdRange> without(List<IdRange> ranges, IdRange hole) {
    List<IdRange> result = new ArrayList<>();
    for (int i = 0; i < ranges.size(); i++) {
      IdRange range = ranges.get(i);
      long before = Math.min(range.end(), hole.start());
      if (range.start() < before) {
        result.add(new IdRange(range.start(), before - range.start()));
      }
      long after = Math.max(range.start(), hole.end());
      if (after < range.end()) {
        result.add(new IdRange(after, range.end() - after));
      }
    }
    return result;
  }

  /**
   * Maps {@code inside} to {@code own}, and the ids from 0 on around it to {@code ranges}, in
   * order. Ranges beyond {@link #MAX_RANGES} are left out.
   */
  static List<IdMapping> around(long inside, long own, List<IdRange> ranges) {
    List<IdMapping> map = new ArrayList<>();
    long next = 0;
    boolean placed = false;
    for (int i = 0; i < ranges.size() && i < MAX_RANGES; i++) {
      long start = ranges.get(i).start();
      long left = ranges.get(i).count();
      while (left > 0) {
        if (next == inside && !placed) {
          map.add(new IdMapping(inside, own, 1));
          placed = true;
          next++;
        }
        long limit = placed ? IdMaps.UNSIGNED_MAX : inside;
        long count = Math.min(left, limit - next);
        if (count <= 0) {
          break;
        }
        map.add(new IdMapping(next, start, count));
        next += count;
        start += count;
        left -= count;
      }
    }
    if (!placed) {
      map.add(new IdMapping(inside, own, 1));
    }
    return map;
  }

  /** The id inside that sets the container up: root where there is one, else any. */
  static long rootOf(List<IdMapping> map) {
    return IdMaps.toOutside(map, 0) >= 0 || map.isEmpty() ? 0 : map.get(0).inside();
  }

  /** Whether one of the ranges has all of the ids: neither the kernel nor newuidmap joins them. */
  static boolean contain(List<IdRange> ranges, long first, long count) {
    for (int i = 0; i < ranges.size(); i++) {
      if (ranges.get(i).containsAll(first, count)) {
        return true;
      }
    }
    return false;
  }

  static void checkSize(List<IdMapping> map, SpecField field, SpecProblems problems) {
    long bytes = 0;
    for (int i = 0; i < map.size(); i++) {
      bytes += map.get(i).toString().length() + 1;
    }
    if (bytes > MAX_MAP_BYTES) {
      problems.add(
          field,
          "the map has " + bytes + " characters",
          "the kernel takes at most " + MAX_MAP_BYTES + ": join neighbouring ranges");
    }
  }

  /** As in {@code 65536 ids}. */
  static String describeCount(List<IdMapping> map) {
    long count = 0;
    for (int i = 0; i < map.size(); i++) {
      count += map.get(i).count();
    }
    return count == 1 ? "1 id" : count + " ids";
  }

  /** As in {@code 100000-165535, 200000}, with the rest of a long list counted. */
  static String describe(List<IdRange> ranges) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < ranges.size(); i++) {
      if (i == SHOWN) {
        return text.append(" and ").append(ranges.size() - SHOWN).append(" more").toString();
      }
      text.append(i == 0 ? "" : ", ").append(ranges.get(i));
    }
    return text.toString();
  }

  /** The ids inside, described as ranges. */
  static String describeInside(List<IdMapping> map) {
    List<IdRange> ranges = new ArrayList<>();
    for (int i = 0; i < map.size(); i++) {
      IdMapping m = map.get(i);
      int last = ranges.size() - 1;
      if (last >= 0 && ranges.get(last).end() == m.inside()) {
        IdRange before = ranges.remove(last);
        ranges.add(new IdRange(before.start(), before.count() + m.count()));
      } else {
        ranges.add(new IdRange(m.inside(), m.count()));
      }
    }
    return ranges.isEmpty() ? "none" : describe(ranges);
  }
}
