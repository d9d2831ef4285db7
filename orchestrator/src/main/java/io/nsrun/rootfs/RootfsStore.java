package io.nsrun.rootfs;

import io.nsrun.state.ExplainedException;
import io.nsrun.state.FileStat;
import io.nsrun.state.IoMessages;
import io.nsrun.state.RandomBytes;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;

/**
 * Unpacked root filesystems, each below the directory {@code rootfs} of the data directory under a
 * name that tells its content.
 *
 * <p>A tree is filled under a temporary name and renamed when it is whole, so a name that is there
 * is a tree that is complete. One process unpacks at a time; others that want the same tree wait
 * for it and find it. What a killed process left behind is removed by the next one that unpacks.
 */
public final class RootfsStore {
  private static final String TEMPORARY = ".unpacking-";

  /** File locks belong to the whole JVM, so its threads need a lock of their own. */
  private static final Object LOCK = new Object();

  private final Path directory;
  private final int uid;

  /**
   * @param dataDirectory private to the caller, see {@code StatePaths}
   * @param uid effective user id of the caller; 0 keeps the owners that an archive names
   */
  public RootfsStore(Path dataDirectory, int uid) {
    this.directory = dataDirectory.resolve("rootfs");
    this.uid = uid;
  }

  /** What a tree is made of. */
  interface Archive {
    /** A fresh stream over the tar archive, compressed or not. */
    InputStream open() throws IOException;

    /** Size in bytes, as it is stored. */
    long size() throws IOException;

    /** What messages call it. */
    String describe();
  }

  /** Where the trees are. */
  Path directory() {
    return directory;
  }

  /** The tree of this name, or null if it is not there. */
  Path find(String name) throws IOException {
    Path tree = directory.resolve(name);
    FileStat stat = FileStat.of(tree);
    return stat != null && stat.isDirectory() ? tree : null;
  }

  /**
   * The tree of this name, unpacked now if it is not there; blocks while another process unpacks.
   *
   * @throws HostileArchiveException if the archive is not safe to unpack
   * @throws ExplainedException if it can't be read or written
   */
  Path unpack(String name, Archive archive) throws IOException {
    Path tree = find(name);
    if (tree != null) {
      return tree;
    }
    try {
      Files.createDirectories(directory);
      synchronized (LOCK) {
        try (FileChannel lockFile =
                FileChannel.open(
                    directory.resolve(".lock"),
                    EnumSet.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE));
            FileLock lock = lockFile.lock()) {
          tree = lock.isValid() ? find(name) : null;
          if (tree == null) {
            removeLeftovers();
            tree = unpackLocked(name, archive);
          }
          return tree;
        }
      }
    } catch (HostileArchiveException e) {
      throw new ExplainedException(archive.describe() + ": " + e.getMessage(), e.remedy(), e);
    } catch (ExplainedException e) {
      throw new ExplainedException(archive.describe() + ": " + e.getMessage(), e.remedy(), e);
    } catch (IOException e) {
      throw new ExplainedException(
          "can't unpack "
              + archive.describe()
              + " below "
              + directory
              + ": "
              + IoMessages.reason(e),
          "look at free space and permissions there, or set NSRUN_HOME to another directory",
          e);
    }
  }

  private Path unpackLocked(String name, Archive archive) throws IOException {
    Path temporary = directory.resolve(TEMPORARY + RandomBytes.hex(8));
    boolean done = false;
    try {
      Files.createDirectory(temporary);
      Files.setAttribute(temporary, "unix:mode", 0755, LinkOption.NOFOLLOW_LINKS);
      try (InputStream in = archive.open()) {
        new TarUnpacker(temporary, UnpackLimits.forArchive(archive.size()), uid == 0).unpack(in);
      }
      Path tree = directory.resolve(name);
      Files.move(temporary, tree, StandardCopyOption.ATOMIC_MOVE);
      done = true;
      return tree;
    } finally {
      if (!done) {
        Trees.delete(temporary);
      }
    }
  }

  private void removeLeftovers() throws IOException {
    String[] names = new File(directory.toString()).list();
    if (names == null) {
      return;
    }
    for (String name : names) {
      if (name.startsWith(TEMPORARY)) {
        Trees.delete(directory.resolve(name));
      }
    }
  }
}
