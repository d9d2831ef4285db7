package io.nsrun.engine;

import io.nsrun.spec.Limits;
import io.nsrun.spec.OsString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The processes of one container that lives on, as the host sees them. */
final class ContainerProcesses {
  private static final long KIBI = 1024;
  private static final int NOBODY = -1;

  private final long init;
  private final List<HostProcesses.Entry> all;

  /**
   * @param container one that runs
   * @param namespace its pid namespace, see {@link HostProcesses#of}
   */
  ContainerProcesses(DetachedContainer container, String namespace, HostProcesses host) {
    this.init = container.initPid();
    this.all = host.of(init, namespace);
  }

  /** All of them, in the order of their numbers. */
  List<SeenProcess> list() {
    String[] initsPids = HostProcesses.pids(init);
    String ids = HostProcesses.read(init, "uid_map");
    List<SeenProcess> list = new ArrayList<>();
    for (HostProcesses.Entry entry : all) {
      String status = HostProcesses.read(entry.pid(), "status");
      String[] pids = HostProcesses.values(status, "NSpid");
      String[] uids = HostProcesses.values(status, "Uid");
      list.add(
          new SeenProcess(
              entry.pid(),
              // Further namespaces inside have numbers of their own behind the container's.
              initsPids.length > 0 && pids.length >= initsPids.length
                  ? number(pids[initsPids.length - 1])
                  : 0,
              entry.parent(),
              uids.length < 2 ? NOBODY : inside(number(uids[1]), ids),
              entry.cpuMillis(),
              entry.threads(),
              command(entry)));
    }
    return list;
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** What an id of the host is inside. */
  static long inside(long id, String map) {
    for (String line : map.split("\n", -1)) {
      String[] range = line.strip().split("\\s+", -1);
      if (range.length == 3) {
        long from = number(range[1]);
        if (id >= from && id < from + number(range[2])) {
          return number(range[0]) + id - from;
        }
      }
    }
    return NOBODY;
  }

  private static List<String> command(HostProcesses.Entry entry) {
    String line = HostProcesses.read(entry.pid(), "cmdline");
    if (line.isEmpty()) {
      return List.of("[" + entry.name() + "]");
    }
    List<String> words = new ArrayList<>();
    for (String word : line.split("\0", 0)) {
      words.add(OsString.decode(word.getBytes(StandardCharsets.ISO_8859_1)));
    }
    return words;
  }

  /**
   * What they use together.
   *
   * @param files what files in memory hold
   */
  SeenUsage usage(long nanos, MemoryFiles files, Limits limits) {
    long cpuMillis = 0;
    long threads = 0;
    long resident = 0;
    long shared = 0;
    long read = -1;
    long written = -1;
    for (HostProcesses.Entry entry : all) {
      cpuMillis += entry.cpuMillis() + entry.childrenMillis();
      threads += entry.threads();
      String status = HostProcesses.read(entry.pid(), "status");
      resident += kibi(status, "VmRSS");
      shared += kibi(status, "RssFile") + kibi(status, "RssShmem");
      String io = HostProcesses.read(entry.pid(), "io");
      if (!io.isEmpty()) {
        read = Math.max(0, read) + amount(io, "read_bytes");
        written = Math.max(0, written) + amount(io, "write_bytes");
      }
    }
    // What is mapped stands in resident sets.
    long memory = resident + Math.max(0, files.bytes() - shared);
    return new SeenUsage(nanos, cpuMillis, memory, threads, read, written, limits);
  }

  private static long kibi(String status, String name) {
    return amount(status, name) * KIBI;
  }

  private static long amount(String file, String name) {
    String[] words = HostProcesses.values(file, name);
    return words.length == 0 ? 0 : number(words[0]);
  }
}
