package io.nsrun.doctor;

import io.nsrun.plan.steps.FileStep;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.LinuxConstants;
import io.nsrun.plan.steps.Step;
import io.nsrun.spec.OsPath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The files of a container that never came to life, seen from the host.
 *
 * <p>Links are resolved as the container would, so that none leads out of the root. Nothing but the
 * head of a regular file is ever read.
 */
final class RootView {
  private static final int MAX_LINKS = 40;

  private final Map<String, Path> sources;
  private final Set<String> noexec;

  private RootView(Map<String, Path> sources, Set<String> noexec) {
    this.sources = sources;
    this.noexec = noexec;
  }

  /** Where the root and the binds of a plan come from. */
  static RootView of(LaunchPlan plan) {
    Map<Integer, Path> trees = new HashMap<>();
    Map<String, Path> sources = new HashMap<>();
    Set<Integer> noexecTrees = new HashSet<>();
    Set<String> noexec = new HashSet<>();
    for (Step step : plan.steps()) {
      if (step instanceof HostStep.HostTree tree) {
        trees.put(tree.source().detached(), OsPath.of(tree.source().path()));
        noteNoexec(tree.source().detached(), tree.source().attrSet(), noexecTrees);
      } else if (step instanceof FileStep.Bind bind) {
        trees.put(bind.source().detached(), OsPath.of(bind.source().path()));
        noteNoexec(bind.source().detached(), bind.source().attrSet(), noexecTrees);
      } else if (step instanceof FileStep.Filesystem filesystem) {
        noteNoexec(filesystem.detached(), filesystem.attrs(), noexecTrees);
      } else if (step instanceof FileStep.Overlay overlay) {
        trees.put(overlay.detached(), trees.get(overlay.lower()));
      } else if (step instanceof FileStep.PivotRoot pivot) {
        sources.put("/", trees.get(pivot.detached()));
      } else if (step instanceof FileStep.Mount mount) {
        // Null hides what the root has there: a new file system starts empty.
        sources.put(mount.target(), trees.get(mount.detached()));
        if (noexecTrees.contains(mount.detached())) {
          noexec.add(mount.target());
        }
      }
    }
    return new RootView(sources, noexec);
  }

  private static void noteNoexec(int detached, long attributes, Set<Integer> noexecTrees) {
    if ((attributes & LinuxConstants.MOUNT_ATTR_NOEXEC) != 0) {
      noexecTrees.add(detached);
    }
  }

  /** Whether the plan mounts what holds this path so that nothing there can be executed. */
  boolean isNoexec(String path) {
    String above = path;
    while (!sources.containsKey(above) && !above.equals("/")) {
      above = parent(above);
    }
    return noexec.contains(above);
  }

  /**
   * The file of the host that a path of the container leads to.
   *
   * @param path absolute, in the container
   * @return absent if there is none, or if it can't be seen from the host
   */
  Optional<Path> find(String path) {
    try {
      return walk(path);
    } catch (IOException | InvalidPathException e) {
      return Optional.empty();
    }
  }

  private Optional<Path> walk(String path) throws IOException {
    Deque<String> rest = new ArrayDeque<>();
    push(path, rest);
    String at = "";
    int links = 0;
    while (!rest.isEmpty()) {
      String name = rest.pop();
      if (name.isEmpty() || name.equals(".")) {
        continue;
      }
      if (name.equals("..")) {
        at = at.substring(0, Math.max(0, at.lastIndexOf('/')));
        continue;
      }
      Path here = onHost(at + "/" + name);
      if (here == null || !Files.exists(here, LinkOption.NOFOLLOW_LINKS)) {
        return Optional.empty();
      }
      if (!Files.isSymbolicLink(here)) {
        at = at + "/" + name;
        continue;
      }
      if (++links > MAX_LINKS) {
        return Optional.empty();
      }
      String target = OsPath.text(Files.readSymbolicLink(here));
      push(target, rest);
      if (target.startsWith("/")) {
        at = "";
      }
    }
    return Optional.ofNullable(onHost(at.isEmpty() ? "/" : at));
  }

  private static void push(String path, Deque<String> rest) {
    String[] names = path.split("/", -1);
    for (int i = names.length - 1; i >= 0; i--) {
      rest.push(names[i]);
    }
  }

  /** Looks for the mount that holds the path, the deepest first. */
  private Path onHost(String path) {
    for (String above = path; ; above = parent(above)) {
      if (sources.containsKey(above)) {
        Path source = sources.get(above);
        String below = path.substring(above.equals("/") ? 1 : above.length());
        return source == null ? null : OsPath.resolve(source, below.replaceFirst("^/+", ""));
      }
      if (above.equals("/")) {
        return null;
      }
    }
  }

  private static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash <= 0 ? "/" : path.substring(0, slash);
  }

  /** At most {@code limit} bytes from the start of a regular file; empty if it can't be read. */
  static byte[] head(Path file, int limit) {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return new byte[0];
    }
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      return in.readNBytes(limit);
    } catch (IOException e) {
      return new byte[0];
    }
  }
}
