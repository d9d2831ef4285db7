package io.nsrun.engine;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The processes of this machine, as /proc had them when they were looked at. */
final class HostProcesses {
  private static final Path PROC = Path.of("/proc");
  private static final int LARGEST = 1 << 16;
  private static final long MILLIS_OF_TICK = 10;

  /** Of proc_pid_stat(5), which numbers them from 1; the third one is behind the name. */
  private static final int PARENT = 4 - 3;

  private static final int UTIME = 14 - 3;
  private static final int THREADS = 20 - 3;

  /**
   * One of them.
   *
   * @param pid as this process sees it
   * @param parent its parent's
   * @param name what the kernel calls it
   * @param cpuMillis CPU time that it has used, in milliseconds
   * @param childrenMillis that of its children that have ended
   * @param threads how many it has
   */
  record Entry(
      long pid, long parent, String name, long cpuMillis, long childrenMillis, long threads) {}

  private final Map<Long, Entry> all = new TreeMap<>();
  private final Map<Long, List<Entry>> children = new HashMap<>();

  /** What their links to a pid namespace show; empty until somebody asks for one. */
  private final Map<Long, String> namespaces = new HashMap<>();

  private HostProcesses() {}

  /** Those that there are now. Blocks for /proc. */
  static HostProcesses now() throws IOException {
    HostProcesses found = new HostProcesses();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[1-9]*")) {
      for (Path entry : entries) {
        Entry process = parse(read(entry, "stat"));
        if (process != null) {
          found.all.put(process.pid(), process);
          found.children.computeIfAbsent(process.parent(), pid -> new ArrayList<>()).add(process);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return found;
  }

  /** A file of a process; empty if that is gone, or it is not to be read. */
  static String read(long pid, String file) {
    return read(PROC.resolve(Long.toString(pid)), file);
  }

  private static String read(Path process, String file) {
    try (FileInputStream in = new FileInputStream(process.resolve(file).toString())) {
      return new String(in.readNBytes(LARGEST), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  /**
   * The numbers that a process has, from that which this process sees to that in its own pid
   * namespace; none if it is gone.
   */
  static String[] pids(long pid) {
    return values(read(pid, "status"), "NSpid");
  }

  /** What a line of a status file has behind its name; none if there is no such line. */
  static String[] values(String status, String name) {
    for (String line : status.split("\n", -1)) {
      if (line.startsWith(name + ":")) {
        return line.substring(name.length() + 1).strip().split("\\s+", -1);
      }
    }
    return new String[0];
  }

  /** What a link of a process leads to; empty if that is gone, or it is not to be read. */
  static String link(long pid, String name) {
    try {
      return Files.readSymbolicLink(PROC.resolve(Long.toString(pid)).resolve(name)).toString();
    } catch (IOException e) {
      return "";
    }
  }

  private String namespace(long pid) {
    return namespaces.computeIfAbsent(pid, of -> link(of, "ns/pid"));
  }

  /** Null if it is none. */
  static Entry parse(String stat) {
    // The name is the process's own choice, and may have blanks and parentheses.
    int open = stat.indexOf('(');
    int close = stat.lastIndexOf(')');
    if (open < 2 || close < open) {
      return null;
    }
    String[] fields = stat.substring(close + 1).strip().split(" ", -1);
    if (fields.length <= THREADS) {
      return null;
    }
    try {
      return new Entry(
          Long.parseLong(stat.substring(0, open - 1)),
          Long.parseLong(fields[PARENT]),
          stat.substring(open + 1, close),
          millis(fields, UTIME),
          millis(fields, UTIME + 2),
          Long.parseLong(fields[THREADS]));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** In user and kernel mode, which stand side by side. */
  private static long millis(String[] fields, int user) {
    return (Long.parseLong(fields[user]) + Long.parseLong(fields[user + 1])) * MILLIS_OF_TICK;
  }

  /**
   * Those of a container: its init and all that come from it, and those that have entered it, with
   * what comes from them. In the order of their numbers.
   *
   * @param init its PID 1
   * @param namespace its pid namespace, which it shares with nobody, as links to that show it;
   *     empty if nobody can enter it
   */
  List<Entry> of(long init, String namespace) {
    Deque<Entry> open = new ArrayDeque<>();
    int depth = pids(init).length;
    for (Entry entry : all.values()) {
      if (entry.pid() == init) {
        open.add(entry);
      } else if (!namespace.isEmpty() && namespace(entry.pid()).equals(namespace)) {
        open.add(entry);
        // One of nsrun's own, whose links are shown to root alone; from outside comes another.
        Entry parent = all.get(entry.parent());
        if (parent != null && pids(parent.pid()).length == depth) {
          open.add(parent);
        }
      }
    }
    Set<Long> found = new HashSet<>();
    while (!open.isEmpty()) {
      Entry next = open.remove();
      if (found.add(next.pid())) {
        open.addAll(children.getOrDefault(next.pid(), List.of()));
      }
    }
    List<Entry> members = new ArrayList<>();
    for (Entry entry : all.values()) {
      if (found.contains(entry.pid())) {
        members.add(entry);
      }
    }
    return members;
  }
}
