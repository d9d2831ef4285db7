package io.nsrun.rootfs;

import io.nsrun.spec.OsString;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What has changed in a tree: two are read side by side, each sorted as a packer does it, so that
 * no more is remembered than the way to where they are.
 */
public final class TreeChanges {
  private static final String[] OPAQUE = {"user.overlay.opaque", "trusted.overlay.opaque"};
  private static final byte[] YES = {'y'};

  /** What became of something. */
  public enum Kind {
    CHANGED,
    ADDED,
    DELETED
  }

  /** Is told of changes, in order: a directory before what it has. */
  public interface Listener {
    /** Something is not as it was; its path is absolute. */
    void changed(Kind kind, String path);
  }

  /** Entries, one after the other. */
  interface Entries {
    /** Null at the end. */
    TreeEntry next() throws IOException;
  }

  private final Entries before;
  private final Entries after;
  private final boolean layer;
  private final Listener listener;
  private TreeEntry old;
  private TreeEntry now;

  /**
   * The directory that all of a layer is in which hides what was below it; null if there is none.
   */
  private String opaque;

  /** The last directory that was told to be changed. */
  private String told = "";

  private TreeChanges(Entries before, Entries after, boolean layer, Listener listener) {
    this.before = before;
    this.after = after;
    this.layer = layer;
    this.listener = listener;
  }

  /**
   * Compares two trees. Blocks.
   *
   * @param before what there was
   * @param after what there is
   */
  public static void between(TreeSource before, TreeSource after, Listener listener)
      throws IOException {
    new TreeChanges(before::next, after::next, false, listener).compare();
  }

  /**
   * Tells what a layer of overlayfs changes. Blocks.
   *
   * @param before what lies below it
   * @param upper its files: what is not there is unchanged
   */
  public static void ofLayer(TreeSource before, TreeSource upper, Listener listener)
      throws IOException {
    ofLayer(before::next, upper::next, listener);
  }

  static void ofLayer(Entries before, Entries upper, Listener listener) throws IOException {
    new TreeChanges(before, upper, true, listener).compare();
  }

  static void between(Entries before, Entries after, Listener listener) throws IOException {
    new TreeChanges(before, after, false, listener).compare();
  }

  private void compare() throws IOException {
    old = before.next();
    now = after.next();
    while (old != null || now != null) {
      int order = old == null ? 1 : now == null ? -1 : order(old.path(), now.path());
      if (order < 0) {
        onlyBefore();
      } else if (order > 0) {
        onlyAfter();
      } else {
        both();
      }
    }
  }

  private void onlyBefore() throws IOException {
    String path = old.path();
    boolean gone = !layer || (opaque != null && isBelow(path, opaque));
    old = before.next();
    if (gone) {
      tell(Kind.DELETED, path);
      skipBefore(path);
    }
  }

  private void onlyAfter() throws IOException {
    // What nothing is hidden by was made and removed.
    if (!isWhiteout(now)) {
      tell(Kind.ADDED, now.path());
    }
    now = after.next();
  }

  private void both() throws IOException {
    String path = now.path();
    boolean wasDirectory = old.kind() == TreeEntry.Kind.DIRECTORY;
    boolean isDirectory = now.kind() == TreeEntry.Kind.DIRECTORY;
    if (isWhiteout(now)) {
      tell(Kind.DELETED, path);
    } else if (wasDirectory && isDirectory) {
      if (!path.isEmpty() && !sameAttributes(old, now)) {
        tell(Kind.CHANGED, path);
      }
      if (layer && isOpaque(now)) {
        opaque = path;
      }
    } else if (layer || !sameAttributes(old, now) || !sameContent(old, now)) {
      tell(Kind.CHANGED, path);
    }
    old = before.next();
    if (wasDirectory && !isDirectory) {
      skipBefore(path);
    }
    now = after.next();
  }

  private void skipBefore(String directory) throws IOException {
    while (old != null && isBelow(old.path(), directory)) {
      old = before.next();
    }
  }

  /** The directory of what has come or gone has changed too, whatever its time says. */
  private void tell(Kind kind, String path) {
    int slash = path.lastIndexOf('/');
    String parent = slash < 0 ? "" : path.substring(0, slash);
    if (kind != Kind.CHANGED && !parent.isEmpty() && !isTold(parent)) {
      listener.changed(Kind.CHANGED, shown(parent));
      told = parent;
    }
    listener.changed(kind, shown(path));
    if (now != null && now.path().equals(path) && now.kind() == TreeEntry.Kind.DIRECTORY) {
      told = path;
    }
  }

  /** It was, if something of it was told: that comes last. */
  private boolean isTold(String directory) {
    return told.equals(directory) || isBelow(told, directory);
  }

  private boolean isWhiteout(TreeEntry entry) {
    return layer
        && entry.kind() == TreeEntry.Kind.CHARACTER_DEVICE
        && entry.major() == 0
        && entry.minor() == 0;
  }

  private static boolean isOpaque(TreeEntry entry) {
    for (String name : OPAQUE) {
      if (Arrays.equals(entry.xattrs().get(name), YES)) {
        return true;
      }
    }
    return false;
  }

  private static boolean sameAttributes(TreeEntry a, TreeEntry b) {
    return a.mode() == b.mode()
        && a.uid() == b.uid()
        && a.gid() == b.gid()
        && a.seconds() == b.seconds()
        && a.nanos() == b.nanos();
  }

  /** As far as it can be told without a look at it. */
  private static boolean sameContent(TreeEntry a, TreeEntry b) {
    return a.size() == b.size()
        && a.target().equals(b.target())
        && a.major() == b.major()
        && a.minor() == b.minor();
  }

  private static boolean isBelow(String path, String directory) {
    return directory.isEmpty() ? !path.isEmpty() : path.startsWith(directory + "/");
  }

  /** A directory comes before all that it has, and that before what its name only begins. */
  static int order(String a, String b) {
    int least = Math.min(a.length(), b.length());
    for (int i = 0; i < least; i++) {
      int x = a.charAt(i) == '/' ? 0 : a.charAt(i);
      int y = b.charAt(i) == '/' ? 0 : b.charAt(i);
      if (x != y) {
        return x - y;
      }
    }
    return a.length() - b.length();
  }

  private static String shown(String path) {
    return "/" + OsString.decode(path.getBytes(StandardCharsets.ISO_8859_1));
  }
}
