package io.nsrun.rootfs;

import io.nsrun.plan.facts.RootIds;
import io.nsrun.spec.ExplainedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Brings entries of a tree that is in use to another one, or into an archive. What could not come
 * along is told by {@link #losses}.
 */
public final class TreeTransfer {
  private static final String CAPABILITY = "security.capability";
  private static final String USERS_OWN = "user.";

  /** Of overlayfs, which the root of a container may be: it would have files be elsewhere. */
  private static final String OVERLAYS_OWN = "user.overlay.";

  private static final int SET_ID_BITS = 06000;
  private static final int MOST_PATH = 4095;

  /** Characters of paths of files with several names, which are remembered. */
  private static final long MOST_TEXT = 64 << 20;

  private final Keep keep;
  private final Map<List<Long>, String> linked = new HashMap<>();
  private final Deque<Left> open = new ArrayDeque<>();
  private final Losses skipped = new Losses();
  private final Losses changed = new Losses();
  private long remembered;

  /**
   * What comes along.
   *
   * @param owners ids of owners; else all belongs to {@code root}
   * @param powers set-id bits, and capabilities of programs
   * @param root whom files obey there
   */
  public record Keep(boolean owners, boolean powers, RootIds root) {
    /** All of it. */
    static final Keep ALL = new Keep(true, true, RootIds.ROOT);

    long uid(long uid) {
      return owners ? uid : root.uid();
    }

    long gid(long gid) {
      return owners ? gid : root.gid();
    }

    int mode(int mode) {
      return powers ? mode : mode & ~SET_ID_BITS;
    }

    /** Labels of SELinux and the like are the host's to give. */
    boolean xattr(String name) {
      return (name.startsWith(USERS_OWN) && !name.startsWith(OVERLAYS_OWN))
          || (powers && name.equals(CAPABILITY));
    }
  }

  /** A directory that is made, and has its attributes once all that it has is there. */
  private record Left(String path, TreeEntry entry) {}

  /** How many entries it was, and the first of them. */
  private static final class Losses {
    private long count;
    private String first = "";

    void add(long more, String path) {
      if (count == 0) {
        first = path;
      }
      count += more;
    }

    String told(String what) {
      return what
          + ArchiveNames.printable(first)
          + (count == 1 ? "" : " and " + (count - 1) + " more");
    }
  }

  /** One to which all comes along, as to an archive. */
  public static TreeTransfer ofAll() {
    return new TreeTransfer(Keep.ALL);
  }

  public TreeTransfer(Keep keep) {
    this.keep = keep;
  }

  /** What did not come along as it is, a sentence each. */
  public List<String> losses() {
    List<String> told = new ArrayList<>();
    if (skipped.count > 0) {
      told.add(skipped.told("left out, since they are devices, FIFOs or sockets: "));
    }
    if (changed.count > 0) {
      told.add(changed.told("changed while they were read: "));
    }
    return told;
  }

  /**
   * Copies all there is. Blocks.
   *
   * @param top the first entry of {@code from}, which was taken already
   * @param path what it becomes: relative, each byte a character
   * @param exists whether that is a directory which is there, and keeps its attributes
   * @throws TreeException if something can't be made
   */
  public void copy(TreeSource from, TreeEntry top, TreeTarget to, String path, boolean exists)
      throws IOException {
    try {
      TreeSink sink = to.sink();
      for (TreeEntry entry = top; entry != null; entry = from.next()) {
        String name = join(path, entry.path());
        if (exists && entry.path().isEmpty()) {
          continue;
        }
        leave(sink, name);
        copy(from.content(), entry, sink, name);
      }
      leave(sink, null);
    } catch (FrameSink.GoneException e) {
      throw to.failure(e);
    }
    changed.add(from.content().changed(), from.content().firstChanged());
    to.finish();
  }

  private void copy(TreeReader content, TreeEntry entry, TreeSink sink, String name)
      throws IOException {
    switch (entry.kind()) {
      case DIRECTORY -> {
        sink.directory(name);
        xattrs(entry, sink);
        open.push(new Left(name, entry));
      }
      case SYMBOLIC_LINK -> {
        sink.symbolicLink(name, entry.target());
        attributes(entry, sink);
      }
      case FILE -> {
        String other = other(entry, name);
        if (other != null) {
          sink.hardLink(name, other);
          return;
        }
        sink.file(name);
        for (int n = content.available(); n > 0; n = content.available()) {
          sink.data(content.offset(), content.bytes(), content.position(), n);
          content.consume(n);
        }
        sink.size(entry.size());
        attributes(entry, sink);
        xattrs(entry, sink);
      }
      default -> skipped.add(1, entry.path());
    }
  }

  /** Directories that do not have the path of what comes next have all that they get. */
  private void leave(TreeSink sink, String next) throws IOException {
    while (!open.isEmpty() && (next == null || !next.startsWith(open.peek().path() + "/"))) {
      Left directory = open.pop();
      sink.directory(directory.path());
      attributes(directory.entry(), sink);
    }
  }

  private void attributes(TreeEntry entry, TreeSink sink) throws IOException {
    sink.attributes(
        keep.uid(entry.uid()),
        keep.gid(entry.gid()),
        keep.mode(entry.permissions()),
        entry.seconds(),
        entry.nanos());
  }

  private void xattrs(TreeEntry entry, TreeSink sink) throws IOException {
    for (Map.Entry<String, byte[]> xattr : wanted(entry).entrySet()) {
      sink.xattr(xattr.getKey(), xattr.getValue());
    }
  }

  private Map<String, byte[]> wanted(TreeEntry entry) {
    Map<String, byte[]> wanted = new HashMap<>(entry.xattrs());
    wanted.keySet().removeIf(name -> !keep.xattr(name));
    return wanted;
  }

  /** The name that a file has there already; null if it has none. */
  private String other(TreeEntry entry, String name) throws IOException {
    if (entry.inode() == 0) {
      return null;
    }
    List<Long> file = List.of(entry.device(), entry.inode());
    String first = linked.get(file);
    if (entry.again()) {
      if (first == null) {
        throw new IOException("the packer tells a file again that it never told");
      }
      return first;
    }
    remembered += name.length();
    if (remembered > MOST_TEXT) {
      throw new ExplainedException(
          "files with several names have names of more than " + (MOST_TEXT >> 20) + " MiB", "");
    }
    linked.put(file, name);
    return null;
  }

  private static String join(String path, String below) throws ExplainedException {
    String name = path.isEmpty() || below.isEmpty() ? path + below : path + "/" + below;
    if (name.length() > MOST_PATH) {
      throw new ExplainedException(
          "a path of more than " + MOST_PATH + " bytes: " + ArchiveNames.printable(name), "");
    }
    return name;
  }

  /**
   * Writes all there is as a tar archive. Blocks.
   *
   * @param top the first entry of {@code from}, which was taken already
   * @param name what the archive calls it, each byte a character: not empty
   * @param out takes the archive; it is not closed
   */
  public void archive(TreeSource from, TreeEntry top, String name, OutputStream out)
      throws IOException {
    TarWriter tar = new TarWriter(out);
    for (TreeEntry entry = top; entry != null; entry = from.next()) {
      String member =
          entry.path().isEmpty()
              ? name
              : name.equals(".") ? entry.path() : name + "/" + entry.path();
      if (entry.kind() == TreeEntry.Kind.SOCKET) {
        skipped.add(1, entry.path());
      } else {
        tar.add(member, entry, wantedInArchive(entry), other(entry, member), from.content());
      }
    }
    tar.finish();
    changed.add(from.content().changed(), from.content().firstChanged());
  }

  /** A record of an archive can't tell such a name from its value. */
  private Map<String, byte[]> wantedInArchive(TreeEntry entry) {
    Map<String, byte[]> wanted = wanted(entry);
    wanted.keySet().removeIf(name -> name.indexOf('=') >= 0);
    return wanted;
  }

  /**
   * Unpacks a tar archive, compressed or not. Blocks.
   *
   * @param tar it is not closed
   * @param path of a directory that is there: relative, each byte a character
   * @throws HostileArchiveException if it tries to get out, or is too large
   */
  public void unpack(InputStream tar, TreeTarget to, String path) throws IOException {
    PrefixSink sink = new PrefixSink(to.sink(), path, keep);
    TarUnpacker unpacker =
        new TarUnpacker(UnpackLimits.forArchive(TarRootfs.MOST_INPUT), Owners.ofContainer(), sink);
    try {
      unpacker.unpack(tar);
    } catch (FrameSink.GoneException e) {
      IOException failure = to.failure(e);
      HostileArchiveException hostile =
          failure instanceof TreeException of ? unpacker.explain(of) : null;
      throw hostile == null ? failure : hostile;
    }
    to.finish();
    unpacker.tellLeftOut();
  }
}
