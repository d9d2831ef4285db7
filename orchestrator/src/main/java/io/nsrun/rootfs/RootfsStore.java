package io.nsrun.rootfs;

import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.IoMessages;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.Text;
import io.nsrun.state.FileStat;
import io.nsrun.state.RandomBytes;
import io.nsrun.state.StatePaths;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;

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
  private static final int BUFFER = 1 << 18;

  /** What follows the digest in the name of a tree whose files all belong to one. */
  private static final String ONE_OWNER = "-1id";

  /** File locks belong to the whole JVM, so its threads need a lock of their own. */
  private static final Object LOCK = new Object();

  private final Path directory;
  private final TreeWorker worker;

  /**
   * @param dataDirectory private to the caller, see {@code StatePaths}
   * @param worker what makes the trees
   */
  RootfsStore(Path dataDirectory, TreeWorker worker) {
    this.directory = dataDirectory.resolve("rootfs");
    this.worker = worker;
  }

  /** The store of a caller. */
  public static RootfsStore of(StatePaths paths) throws IOException {
    return new RootfsStore(paths.dataDirectory(), new NsinitTrees(paths));
  }

  /** What a tree is made of. */
  interface Archive {
    /** A stream over the tar archive, compressed or not; it is opened once. */
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

  /**
   * What says that a tree is in use: a shared lock on a byte of a file.
   *
   * @param file in the store
   * @param offset of the byte
   */
  public record Use(Path file, long offset) {}

  /**
   * How another process says that it uses a tree too.
   *
   * @param tree one that this process uses
   * @return null if nobody could remove it anyway
   */
  public static Use useOf(Path tree) {
    return TreeUse.lock(tree.getParent(), tree.getFileName().toString());
  }

  /** The tree of this name, from now on in use by this process; null if it is not there. */
  Path find(String name) throws IOException {
    Path tree = directory.resolve(name);
    return isThere(tree) && TreeUse.hold(directory, name) && isThere(tree) ? tree : null;
  }

  /**
   * Path of the tree of this name, from now on in use by this process.
   *
   * @return null if it is not there
   */
  public String use(String name) throws IOException {
    Path tree = isTree(name) ? find(name) : null;
    return tree == null ? null : OsPath.text(tree);
  }

  /** A name that leads nowhere else. */
  private static boolean isTree(String name) {
    return !name.isEmpty() && name.indexOf('/') < 0 && name.charAt(0) != '.';
  }

  private static boolean isThere(Path tree) throws IOException {
    FileStat stat = FileStat.of(tree);
    return stat != null && stat.isDirectory();
  }

  /**
   * A tree that was looked at to be removed.
   *
   * @param name of the tree
   * @param bytes that this freed; -1 if it is in use, and stays
   */
  public record Pruned(String name, long bytes) {}

  /** Says which trees are needed by somebody who does not run. */
  public interface Needs {
    /** Whether one is: asked once nobody can begin to use it, so that the answer stays true. */
    boolean need(String tree) throws IOException;
  }

  /**
   * Removes all trees that no container uses or needs, and what killed processes left behind.
   * Blocks while another process unpacks.
   *
   * @throws ExplainedException if something can't be removed
   */
  public List<Pruned> prune(Needs needs) throws IOException {
    List<Pruned> pruned = new ArrayList<>();
    if (!isThere(directory)) {
      return pruned;
    }
    synchronized (LOCK) {
      try (FileChannel lockFile = openLock();
          FileLock lock = lockFile.lock()) {
        String[] names = lock.isValid() ? directory.toFile().list() : null;
        for (String name : names == null ? new String[0] : names) {
          if (name.startsWith(TEMPORARY)) {
            pruned.add(new Pruned(name, worker.remove(directory.resolve(name))));
          } else if (!name.startsWith(".") && isThere(directory.resolve(name))) {
            pruned.add(new Pruned(name, removeUnused(name, needs)));
          }
        }
        TarRootfs.forgetWhatIsGone(this);
      } catch (ExplainedException e) {
        throw e;
      } catch (IOException e) {
        throw new ExplainedException(
            "can't remove what is below " + directory + ": " + IoMessages.reason(e), "", e);
      }
    }
    return pruned;
  }

  private long removeUnused(String name, Needs needs) throws IOException {
    try (Closeable unused = TreeUse.lockOut(directory, name)) {
      if (unused == null || needs.need(name)) {
        return -1;
      }
      // At one stroke: half a tree never has its name.
      Path doomed = directory.resolve(TEMPORARY + RandomBytes.hex(8));
      Files.move(directory.resolve(name), doomed, StandardCopyOption.ATOMIC_MOVE);
      return worker.remove(doomed);
    }
  }

  private FileChannel openLock() throws IOException {
    return FileChannel.open(
        directory.resolve(".lock"),
        EnumSet.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE));
  }

  /**
   * The tree of an archive, under the name of its content: the digest of the very bytes that were
   * unpacked. Blocks while another process unpacks.
   *
   * @throws HostileArchiveException if the archive is not safe to unpack
   * @throws ExplainedException if it can't be read or written
   */
  Path unpack(Archive archive) throws IOException {
    return unpack(null, archive);
  }

  /**
   * The tree of this name, unpacked now if it is not there; blocks while another process unpacks.
   *
   * @param name null: that of its content
   */
  Path unpack(String name, Archive archive) throws IOException {
    Path tree = name == null ? null : find(name);
    if (tree != null) {
      return tree;
    }
    try {
      Files.createDirectories(directory);
      synchronized (LOCK) {
        try (FileChannel lockFile = openLock();
            FileLock lock = lockFile.lock()) {
          tree = lock.isValid() && name != null ? find(name) : null;
          if (tree == null) {
            removeLeftovers();
            tree = unpackLocked(name, archive);
          }
          return tree;
        }
      }
    } catch (HostileArchiveException e) {
      throw new ExplainedException(Text.of(archive.describe(), ": ", e.text()), e.remedy(), e);
    } catch (ExplainedException e) {
      throw new ExplainedException(Text.of(archive.describe(), ": ", e.text()), e.remedy(), e);
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
      Filling filling;
      try (DigestInputStream in = new DigestInputStream(archive.open(), sha256())) {
        Files.createDirectory(temporary);
        Files.setAttribute(temporary, "unix:mode", 0755, LinkOption.NOFOLLOW_LINKS);
        filling = new Filling(in, UnpackLimits.forArchive(archive.size()));
        filling.into(worker, temporary);
      }
      Path tree = directory.resolve(name == null ? filling.name() : name);
      if (FileStat.of(tree) == null) {
        Files.move(temporary, tree, StandardCopyOption.ATOMIC_MOVE);
        done = true;
      }
      filling.unpacker.tellLosses();
      // Nobody removes trees while we have the lock.
      TreeUse.hold(directory, tree.getFileName().toString());
      return tree;
    } finally {
      if (!done && FileStat.of(temporary) != null) {
        worker.remove(temporary);
      }
    }
  }

  /** One archive on its way into one directory. */
  private static final class Filling implements TreeWorker.Filler {
    private final DigestInputStream in;
    private final UnpackLimits limits;
    private TarUnpacker unpacker;
    private boolean oneOwner;

    Filling(DigestInputStream in, UnpackLimits limits) {
      this.in = in;
      this.limits = limits;
    }

    void into(TreeWorker worker, Path directory) throws IOException {
      try {
        worker.make(directory, this);
      } catch (TreeException e) {
        HostileArchiveException hostile = unpacker.explain(e);
        throw hostile == null ? e : hostile;
      }
    }

    @Override
    public void fill(TreeSink sink, Owners owners) throws IOException {
      oneOwner = owners.isOne();
      unpacker = new TarUnpacker(limits, owners, sink);
      unpacker.unpack(in);
      byte[] rest = new byte[BUFFER];
      int count = in.read(rest);
      while (count >= 0) {
        count = in.read(rest);
      }
    }

    /** What the content calls for. */
    String name() {
      String digest = HexFormat.of().formatHex(in.getMessageDigest().digest());
      return oneOwner ? digest + ONE_OWNER : digest;
    }
  }

  private void removeLeftovers() throws IOException {
    try (DirectoryStream<Path> trees = Files.newDirectoryStream(directory)) {
      for (Path tree : trees) {
        if (tree.getFileName().toString().startsWith(TEMPORARY)) {
          worker.remove(tree);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  /** Whether a tree may have this name. */
  static boolean isName(String text) {
    String digest =
        text.endsWith(ONE_OWNER) ? text.substring(0, text.length() - ONE_OWNER.length()) : text;
    for (int i = 0; i < digest.length(); i++) {
      if (!HexFormat.isHexDigit(digest.charAt(i))) {
        return false;
      }
    }
    return digest.length() == 64;
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
