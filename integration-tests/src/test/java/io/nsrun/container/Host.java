package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What of the host a container could leave behind: processes of nsinit, mounts, namespaces, and
 * files where nsrun keeps its own. Taken before and after, two of these are equal.
 */
public record Host(
    List<String> nsinits, List<String> mounts, TreeSet<String> namespaces, List<String> files) {
  /** The host as it is now. */
  public static Host now() {
    try {
      List<String> nsinits = new ArrayList<>();
      TreeSet<String> namespaces = new TreeSet<>();
      for (Path process : processes()) {
        String name = read(process.resolve("comm")).strip();
        if (name.equals("nsinit")) {
          nsinits.add(process.getFileName().toString());
        }
        namespaces.addAll(namespacesOf(process));
      }
      return new Host(nsinits, mountsNow(), namespaces, filesNow());
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
    assertThat(now.nsinits).as("processes of nsinit").isEqualTo(nsinits);
    assertThat(now.mounts).as("mounts").isEqualTo(mounts);
    assertThat(now.files).as("files of nsrun").isEqualTo(files);
    TreeSet<String> added = new TreeSet<>(now.namespaces);
    added.removeAll(namespaces);
    assertThat(added).as("namespaces").isEmpty();
  }

  private static List<Path> processes() throws IOException {
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

  private static List<String> mountsNow() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/mountinfo"));
  }

  private static List<String> filesNow() throws IOException {
    List<String> files = new ArrayList<>();
    try (DirectoryStream<Path> tmp = Files.newDirectoryStream(Path.of("/tmp"), "nsrun-[0-9]*")) {
      for (Path directory : tmp) {
        list(directory, files);
      }
    }
    list(Path.of("/run/nsrun"), files);
    return files;
  }

  private static void list(Path directory, List<String> files) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (Stream<Path> walk = Files.walk(directory)) {
      walk.filter(path -> !path.equals(directory)).map(Path::toString).sorted().forEach(files::add);
    }
  }

  private static String read(Path file) throws IOException {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      // ESRCH: it ended between open and read.
      return "";
    }
  }
}
