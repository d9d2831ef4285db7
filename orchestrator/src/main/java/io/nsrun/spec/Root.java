package io.nsrun.spec;

/**
 * The container's root file system.
 *
 * @param path absolute path of a directory on the host; {@code "/"} if {@code host}
 * @param host whether the host's own root is taken, read-only
 * @param readOnly whether the root is read-only to the container
 * @param ephemeral whether changes go to an overlay that vanishes with the container: in memory, or
 *     in {@code overlayDirectory}
 * @param embedded whether it is the root file system that came with nsrun
 * @param overlayDirectory absolute path of a directory of the host to which changes go, where they
 *     stay unless {@code ephemeral}; empty if there is none
 */
public record Root(
    String path,
    boolean host,
    boolean readOnly,
    boolean ephemeral,
    boolean embedded,
    String overlayDirectory) {
  /** A root whose changes, if they don't vanish, go to itself. */
  public Root(String path, boolean host, boolean readOnly, boolean ephemeral, boolean embedded) {
    this(path, host, readOnly, ephemeral, embedded, "");
  }

  /** Whether changes go to a directory of their own. */
  public boolean hasOverlayDirectory() {
    return !overlayDirectory.isEmpty();
  }

  /** The directory of the host that gets a directory for the changes; empty if none does. */
  public String ephemeralParent() {
    return ephemeral && hasOverlayDirectory()
        ? overlayDirectory.substring(0, Math.max(1, overlayDirectory.lastIndexOf('/')))
        : "";
  }

  /** A directory, writable, as it is. */
  public static Root directory(String path) {
    return new Root(path, false, false, false, false);
  }

  /** The host's root, read-only. */
  public static Root ofHost() {
    return new Root("/", true, true, false, false);
  }
}
