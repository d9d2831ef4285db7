package io.nsrun.spec;

import java.util.ArrayList;
import java.util.List;

/** Lists of CPUs as the kernel writes them: {@code 0-2,5} (cpuset(7), "List format"). */
public final class CpuList {
  /** How many CPUs the protocol with nsinit has room for. */
  public static final int MAX_CPUS = 1024;

  private CpuList() {}

  /**
   * Reads a list.
   *
   * @return the CPUs, ascending, each once
   * @throws IllegalArgumentException with what is wrong with it
   */
  public static List<Integer> parse(String text) {
    boolean[] set = new boolean[MAX_CPUS];
    int at = 0;
    while (at <= text.length()) {
      int comma = text.indexOf(',', at);
      int end = comma < 0 ? text.length() : comma;
      String part = text.substring(at, end);
      int dash = part.indexOf('-');
      long first = Decimal.parse(dash < 0 ? part : part.substring(0, dash), MAX_CPUS - 1);
      long last = dash < 0 ? first : Decimal.parse(part.substring(dash + 1), MAX_CPUS - 1);
      if (first < 0 || last < first) {
        throw new IllegalArgumentException(
            "\""
                + text
                + "\" is no list of CPUs: numbers from 0 to "
                + (MAX_CPUS - 1)
                + " and ranges are expected, as in 0-2,5");
      }
      for (int cpu = (int) first; cpu <= last; cpu++) {
        set[cpu] = true;
      }
      at = end + 1;
    }
    List<Integer> cpus = new ArrayList<>();
    for (int cpu = 0; cpu < MAX_CPUS; cpu++) {
      if (set[cpu]) {
        cpus.add(cpu);
      }
    }
    return cpus;
  }

  /** The list as text, {@code 0-2,5}; empty for none. */
  public static String format(List<Integer> cpus) {
    StringBuilder text = new StringBuilder();
    int i = 0;
    while (i < cpus.size()) {
      int last = i;
      while (last + 1 < cpus.size() && cpus.get(last + 1) == cpus.get(last) + 1) {
        last++;
      }
      text.append(text.length() == 0 ? "" : ",").append(cpus.get(i));
      if (last > i) {
        text.append('-').append(cpus.get(last));
      }
      i = last + 1;
    }
    return text.toString();
  }
}
