package io.nsrun.rootfs;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Says to other processes which trees of a store this one uses, from its first use to the end of
 * the process: a shared lock on one byte of a file for each of them, the kernel's to drop.
 *
 * <p>Such locks are gone as soon as any descriptor of the file is closed (fcntl(2)), so none is.
 */
final class TreeUse {
  private static final String FILE = ".use";
  private static final Map<Path, TreeUse> ALL = new HashMap<>();

  private final FileChannel channel;
  private final Set<Integer> held = new HashSet<>();

  private TreeUse(FileChannel channel) {
    this.channel = channel;
  }

  private static TreeUse of(Path store) throws IOException {
    TreeUse use = ALL.get(store);
    if (use == null) {
      use =
          new TreeUse(
              FileChannel.open(
                  store.resolve(FILE),
                  EnumSet.of(
                      StandardOpenOption.CREATE,
                      StandardOpenOption.READ,
                      StandardOpenOption.WRITE)));
      ALL.put(store, use);
    }
    return use;
  }

  /** Two names may share one; then what is free may look used, and no harm is done. */
  private static int position(String name) {
    return name.hashCode() & Integer.MAX_VALUE;
  }

  /**
   * Uses the tree of this name, whether it is there or not.
   *
   * @return false if somebody removes it
   */
  static boolean hold(Path store, String name) {
    synchronized (ALL) {
      try {
        TreeUse use = of(store);
        int position = position(name);
        if (use.held.contains(position)) {
          return true;
        }
        FileLock lock = use.channel.tryLock(position, 1, true);
        if (lock != null) {
          use.held.add(position);
        }
        return lock != null;
      } catch (IOException e) {
        return true; // where nothing can be written, nothing can be removed either
      }
    }
  }

  /**
   * The lock that {@link #hold} has, for somebody else to hold too.
   *
   * @return null if there is no file for it, since nothing can be written there
   */
  static RootfsStore.Use lock(Path store, String name) {
    Path file = store.resolve(FILE);
    return Files.isWritable(file) ? new RootfsStore.Use(file, position(name)) : null;
  }

  /** Keeps others from using the tree, until what comes back is closed; null if somebody does. */
  static Closeable lockOut(Path store, String name) throws IOException {
    synchronized (ALL) {
      FileLock lock;
      try {
        lock = of(store).channel.tryLock(position(name), 1, false);
      } catch (OverlappingFileLockException e) {
        return null; // used by this process
      }
      return lock == null ? null : lock::release;
    }
  }
}
