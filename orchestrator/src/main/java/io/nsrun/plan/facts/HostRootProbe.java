package io.nsrun.plan.facts;

import io.nsrun.spec.ContainerPath;
import io.nsrun.spec.Mount;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.Spec;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the directories of the host's root in which a container with that root needs something
 * made: those without a mount point that is wanted, and / where it is to be written.
 */
final class HostRootProbe {
  /** The host's own are not seen: the container has others, or none. */
  private static final String[] OWN = {"/proc", "/dev", "/tmp", "/run"};

  /** Each entry is a mount of its own; a directory with more is not for this. */
  private static final int MOST_ENTRIES = 100;

  private final Spec spec;
  private final List<MountEntry> mounts;
  private final List<OpenedDirectory> opened = new ArrayList<>();

  private HostRootProbe(Resolved resolved, List<MountEntry> mounts) {
    this.spec = resolved.spec();
    this.mounts = mounts;
  }

  static boolean isNeeded(Resolved resolved) {
    Spec spec = resolved.spec();
    return spec.root().isHost()
        && spec.isPrivate(NamespaceType.MOUNT)
        && (spec.root().forgetsWrites() || !resolved.mounts().isEmpty());
  }

  /** The directories, outer ones first. Blocks while they are listed. */
  static List<OpenedDirectory> find(Resolved resolved, List<MountEntry> mounts) {
    HostRootProbe probe = new HostRootProbe(resolved, mounts);
    if (resolved.spec().root().forgetsWrites()) {
      probe.open(Path.of("/"));
    }
    List<Mount> wanted = resolved.mounts();
    for (int i = 0; i < wanted.size(); i++) {
      String target = ContainerPath.normalize(wanted.get(i).target());
      if (target != null && !isBelowOther(resolved, target) && !isBelow(target, OWN)) {
        probe.look(target);
      }
    }
    probe.opened.sort((a, b) -> a.path().length() - b.path().length());
    return probe.opened;
  }

  private void look(String target) {
    Path above = OsPath.of(target);
    if (Files.exists(above)) {
      return;
    }
    while (above != null && !Files.exists(above)) {
      // What a link to nothing leads to is made where it leads, which may be below /run.
      if (Files.isSymbolicLink(above)) {
        return;
      }
      above = above.getParent();
    }
    if (above != null) {
      open(above);
    }
  }

  private void open(Path directory) {
    List<String> names = new ArrayList<>();
    try {
      Path real = directory.toRealPath();
      String path = OsPath.text(real);
      if (isBelow(path, OWN) || isOpen(path) || isLayer(path)) {
        return;
      }
      try (DirectoryStream<Path> paths = Files.newDirectoryStream(real)) {
        for (Path entry : paths) {
          String text = OsPath.text(entry);
          names.add(text.substring(text.lastIndexOf('/') + 1));
          if (names.size() > MOST_ENTRIES) {
            return;
          }
        }
      }
      names.sort(null);
      List<OpenedDirectory.Entry> entries = new ArrayList<>();
      for (String name : names) {
        String entry = path.equals("/") ? "/" + name : path + "/" + name;
        if (!isBelow(entry, OWN) && !(entry.equals("/sys") && HostFacts.wantsSysfs(spec))) {
          entries.add(entry(name, entry));
        }
      }
      opened.add(new OpenedDirectory(path, entries));
    } catch (IOException | DirectoryIteratorException e) {
      // It stays as it is, and the step that wants to make something says so.
      names.clear();
    }
  }

  private OpenedDirectory.Entry entry(String name, String path) throws IOException {
    Path file = OsPath.of(path);
    String target = Files.isSymbolicLink(file) ? OsPath.text(Files.readSymbolicLink(file)) : "";
    boolean hasMounts = false;
    for (int i = 0; i < mounts.size(); i++) {
      hasMounts |= mounts.get(i).point().startsWith(path + "/");
    }
    PathKind kind = target.isEmpty() ? PathProbe.kind(path) : PathKind.OTHER;
    return new OpenedDirectory.Entry(name, kind, target, hasMounts);
  }

  /** Whether it is written to anyhow. */
  private boolean isLayer(String path) {
    for (int i = 0; i < opened.size() && spec.root().forgetsWrites(); i++) {
      for (OpenedDirectory.Entry entry : opened.get(i).entries()) {
        if (path.equals(opened.get(i).pathOf(entry)) && entry.canBeLayer()) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean isOpen(String path) {
    for (int i = 0; i < opened.size(); i++) {
      if (opened.get(i).path().equals(path)) {
        return true;
      }
    }
    return false;
  }

  /** What is made in a mount of the caller's is made there. */
  private static boolean isBelowOther(Resolved resolved, String target) {
    for (Mount other : resolved.mounts()) {
      String path = ContainerPath.normalize(other.target());
      if (path != null && target.startsWith(path + "/")) {
        return true;
      }
    }
    return false;
  }

  private static boolean isBelow(String path, String... directories) {
    for (String directory : directories) {
      if (path.equals(directory) || path.startsWith(directory + "/")) {
        return true;
      }
    }
    return false;
  }
}
