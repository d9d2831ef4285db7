package io.nsrun.plan.facts;

import java.util.List;

/**
 * A directory of the host's root that the container gets as a new one with the same entries, so
 * that something can be made in it.
 *
 * @param path absolute, without symbolic links
 * @param entries what is in it
 */
public record OpenedDirectory(String path, List<Entry> entries) {
  /**
   * An entry.
   *
   * @param name without its directory
   * @param kind a directory, or anything else that is no symbolic link
   * @param target of a symbolic link; empty for all others
   * @param hasMounts whether something is mounted below it
   */
  public record Entry(String name, PathKind kind, String target, boolean hasMounts) {
    public boolean isLink() {
      return !target.isEmpty();
    }

    /** Whether overlayfs, which shows nothing of what is mounted below, can be laid over it. */
    public boolean canBeLayer() {
      return kind.isDirectory() && !isLink() && !hasMounts;
    }
  }

  public OpenedDirectory {
    entries = List.copyOf(entries);
  }

  public String pathOf(Entry entry) {
    return path.equals("/") ? "/" + entry.name() : path + "/" + entry.name();
  }
}
