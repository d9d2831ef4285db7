package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What of the host a container could leave behind: processes, mounts, namespaces, and files where
 * nsrun keeps its own. Taken before and after, two of these are equal.
 *
 * <p>Others may run containers at the same time. Those of this JVM are told apart by an {@link
 * #MARK} that every descendant inherits, whatever becomes of its parents.
 */
public record Host(
    List<String> processes, List<String> mounts, TreeSet<String> namespaces, List<String> files) {
  /** The oom_score_adj of whatever {@link Nsrun} starts; proc(5). */
  static final String MARK = Long.toString(1 + ProcessHandle.current().pid() % 999);

  /** The host as it is now. */
  public static Host now() {
    try {
      List<String> marked = new ArrayList<>();
      TreeSet<String> namespaces = new TreeSet<>();
      for (Path process : processesNow()) {
        if (isMarked(process) && !isAdoptedZombie(process) && !stays(process)) {
          marked.add(process.getFileName() + " " + read(process.resolve("comm")).strip());
          namespaces.addAll(namespacesOf(process));
        }
      }
      return new Host(marked, mountsNow(), namespaces, filesNow());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Fails unless the host is as it was at {@code this}. Waits for nothing: nsrun has ended, so all
   * is done.
   */
  public void assertUnchanged() {
    Host now = now();
    assertThat(now.processes).as("processes").isEqualTo(processes);
    assertThat(now.mounts).as("mounts").isEqualTo(mounts);
    assertThat(now.files).as("files of nsrun").isEqualTo(files);
    TreeSet<String> added = new TreeSet<>(now.namespaces);
    added.removeAll(namespaces);
    assertThat(added).as("namespaces").isEmpty();
  }

  /** The pids of what is below this JVM now, which the launcher of the library is, too. */
  public static Set<Long> descendants() {
    return ProcessHandle.current()
        .descendants()
        .map(ProcessHandle::pid)
        .collect(Collectors.toSet());
  }

  private static boolean isMarked(Path process) {
    return read(process.resolve("oom_score_adj")).strip().equals(MARK);
  }

  /** It has ended, its parent was killed, and when the host's init looks after it is up to that. */
  private static boolean isAdoptedZombie(Path process) {
    Proc proc = new Proc(Long.parseLong(process.getFileName().toString()));
    return proc.state().equals("Z") && !isMarked(Path.of("/proc", proc.stat(4)));
  }

  private static boolean stays(Path process) {
    return WarmJvms.has(Long.parseLong(process.getFileName().toString()));
  }

  private static List<Path> processesNow() throws IOException {
    List<Path> processes = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[1-9]*")) {
      all.forEach(processes::add);
    }
    return processes;
  }

  private static List<String> namespacesOf(Path process) {
    List<String> links = new ArrayList<>();
    for (String type : List.of("user", "mnt", "pid", "ipc", "uts", "net", "cgroup", "time")) {
      try {
        links.add(Files.readSymbolicLink(process.resolve("ns").resolve(type)).toString());
      } catch (IOException e) {
        // The process ended meanwhile, or is a zombie.
        return links;
      }
    }
    return links;
  }

  /** All mounts but those that other programs have below /tmp. */
  private static List<String> mountsNow() throws IOException {
    List<String> mounts = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
      if (!line.contains(" /tmp/") || line.contains(Directories.BASE.toString())) {
        mounts.add(line);
      }
    }
    return mounts;
  }

  private static List<String> filesNow() throws IOException {
    List<String> files = new ArrayList<>();
    for (Caller caller : Caller.values()) {
      list(Directories.runtimeOf(caller), files);
    }
    return files;
  }

  private static void list(Path directory, List<String> files) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (Stream<Path> walk = Files.walk(directory)) {
      walk.filter(path -> !Files.isDirectory(path))
          .map(Path::toString)
          .sorted()
          .forEach(files::add);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      // It ended meanwhile.
      return "";
    }
  }
}
