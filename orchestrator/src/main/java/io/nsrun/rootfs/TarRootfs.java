package io.nsrun.rootfs;

import io.nsrun.launch.CallersStreams;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.IoMessages;
import io.nsrun.spec.OsPath;
import io.nsrun.state.AtomicFile;
import io.nsrun.state.FileStat;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;

/**
 * Root filesystems in tar archives, unpacked once for each content.
 *
 * <p>A tree is named after the SHA-256 of the archive. Hashing a large archive takes seconds, so an
 * index remembers the hash of an archive by its path, inode, size, and both times (the kernel alone
 * sets ctime: whoever changes the content changes it).
 */
public final class TarRootfs {
  /** Nobody can tell how long a stream will be; what it may unpack to is sixteen GiB. */
  static final long MOST_INPUT = (16L << 30) / UnpackLimits.LARGEST_RATIO;

  private static final String INDEX = ".index";

  private TarRootfs() {}

  /** Whether a ROOTFS of this name is meant to be an archive. */
  public static boolean isArchiveName(String name) {
    return isStandardInput(name)
        || name.endsWith(".tar")
        || name.endsWith(".tar.gz")
        || name.endsWith(".tgz")
        || name.endsWith(".tar.xz")
        || name.endsWith(".tar.zst");
  }

  /**
   * The directory that the archive is unpacked to, unpacked now if it is not there.
   *
   * @param archive an existing file
   * @throws HostileArchiveException if it is not safe to unpack
   * @throws ExplainedException if it can't be read, or the tree can't be written
   */
  public static Path locate(RootfsStore store, Path archive) throws IOException {
    String identity = identity(archive);
    Path index =
        store.directory().resolve(INDEX).resolve(hash(identity.getBytes(StandardCharsets.UTF_8)));
    String known = read(index);
    if (known != null) {
      Path tree = store.find(known);
      if (tree != null) {
        return tree;
      }
    }
    Path tree;
    try (InputStream in = open(archive)) {
      tree = store.unpack(new FileArchive(archive, in));
    }
    if (identity.equals(identity(archive))) {
      Files.createDirectories(index.getParent());
      AtomicFile.write(index, tree.getFileName().toString().getBytes(StandardCharsets.US_ASCII));
    }
    return tree;
  }

  /** The directory that the archive on this JVM's standard input is unpacked to. */
  static Path ofStandardInput(RootfsStore store) throws IOException {
    return store.unpack(new Input());
  }

  /** Whether a ROOTFS of this name is an archive that comes from standard input. */
  static boolean isStandardInput(String name) {
    return name.equals("-");
  }

  private static final class Input implements RootfsStore.Archive {
    @Override
    public InputStream open() throws ExplainedException {
      // Else it is a file of the JVM's, which does not outlive our close.
      if (!CallersStreams.given(0)) {
        throw new ExplainedException("it is closed", "give the archive: nsrun run - < ARCHIVE");
      }
      return new FileInputStream(FileDescriptor.in);
    }

    @Override
    public long size() {
      return MOST_INPUT;
    }

    @Override
    public String describe() {
      return "standard input";
    }
  }

  /** Forgets the archives whose trees are gone. */
  static void forgetWhatIsGone(RootfsStore store) throws IOException {
    Path index = store.directory().resolve(INDEX);
    String[] entries = index.toFile().list();
    for (String entry : entries == null ? new String[0] : entries) {
      String known = read(index.resolve(entry));
      if (known == null || FileStat.of(store.directory().resolve(known)) == null) {
        Files.deleteIfExists(index.resolve(entry));
      }
    }
  }

  private static String identity(Path archive) throws IOException {
    try {
      Map<String, Object> attributes =
          Files.readAttributes(archive, "unix:dev,ino,size,lastModifiedTime,ctime");
      return archive.toRealPath()
          + "\n"
          + attributes.get("dev")
          + "\n"
          + attributes.get("ino")
          + "\n"
          + attributes.get("size")
          + "\n"
          + attributes.get("lastModifiedTime")
          + "\n"
          + attributes.get("ctime");
    } catch (IOException e) {
      throw unreadable(archive, e);
    }
  }

  private static String read(Path index) throws IOException {
    try {
      String text = new String(Files.readAllBytes(index), StandardCharsets.US_ASCII);
      return RootfsStore.isName(text) ? text : null;
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private static String hash(byte[] bytes) {
    return HexFormat.of().formatHex(RootfsStore.sha256().digest(bytes));
  }

  private static ExplainedException unreadable(Path archive, IOException e) {
    return new ExplainedException("can't read " + archive + ": " + IoMessages.reason(e), "", e);
  }

  private static InputStream open(Path archive) throws IOException {
    try {
      return Files.newInputStream(archive);
    } catch (IOException e) {
      throw unreadable(archive, e);
    }
  }

  private record FileArchive(Path path, InputStream open) implements RootfsStore.Archive {
    @Override
    public long size() throws IOException {
      return Files.size(path);
    }

    @Override
    public String describe() {
      return OsPath.text(path);
    }
  }
}
