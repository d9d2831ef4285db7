package io.nsrun.rootfs;

import io.nsrun.control.Errno;
import io.nsrun.spec.IdMaps;
import io.nsrun.spec.IdRange;
import io.nsrun.state.FileStat;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Makes trees as nsinit would, for tests of what it is told. */
final class DirectoryTrees implements TreeWorker {
  static final Owners ALL =
      new Owners(
          List.of(new IdRange(0, IdMaps.MAX_ID)), List.of(new IdRange(0, IdMaps.MAX_ID)), "", 0, 0);
  static final Owners ONE =
      new Owners(
          List.of(new IdRange(0, 1)), List.of(new IdRange(0, 1)), "there are no others", 7, 8);

  private final Owners owners;

  DirectoryTrees(Owners owners) {
    this.owners = owners;
  }

  @Override
  public void make(Path directory, Filler filler) throws IOException {
    filler.fill(new Sink(directory, owners), owners);
  }

  @Override
  public long remove(Path tree) throws IOException {
    Trees.delete(tree);
    return 0;
  }

  /** What is said becomes a file at once. */
  static class Sink implements TreeSink {
    private final Path root;
    private final boolean own;
    private Path at;

    Sink(Path root, Owners owners) throws IOException {
      this.root = root;
      this.own = !owners.isOne() && FileStat.of(root).uid() == 0;
    }

    private Path path(String path) {
      return root.resolve(
          new String(path.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
    }

    private Path fresh(String path) throws IOException {
      Path file = path(path);
      Path parent = root;
      for (Path component : root.relativize(file.getParent())) {
        if (component.toString().isEmpty()) {
          continue;
        }
        parent = parent.resolve(component);
        FileStat stat = FileStat.of(parent);
        if (stat == null) {
          Files.createDirectory(parent);
          Files.setAttribute(parent, "unix:mode", 0755);
        } else if (!stat.isDirectory()) {
          throw new TreeException(path, TreeException.Cause.NO_DIRECTORY, Errno.ENOTDIR);
        }
      }
      try {
        Files.deleteIfExists(file);
      } catch (DirectoryNotEmptyException e) {
        throw new TreeException(path, TreeException.Cause.HAS_FILES, Errno.ENOTEMPTY);
      }
      at = file;
      return file;
    }

    @Override
    public void file(String path) throws IOException {
      Files.createFile(fresh(path));
    }

    @Override
    public void data(long offset, byte[] bytes, int start, int length) throws IOException {
      try (RandomAccessFile file = new RandomAccessFile(at.toFile(), "rw")) {
        file.seek(offset);
        file.write(bytes, start, length);
      }
    }

    @Override
    public void size(long bytes) throws IOException {
      try (RandomAccessFile file = new RandomAccessFile(at.toFile(), "rw")) {
        file.setLength(bytes);
      }
    }

    @Override
    public void directory(String path) throws IOException {
      at = path(path);
      FileStat stat = FileStat.of(at);
      if (stat == null || !stat.isDirectory()) {
        Files.createDirectory(fresh(path));
      }
    }

    @Override
    public void symbolicLink(String path, String target) throws IOException {
      Files.createSymbolicLink(fresh(path), Path.of(target));
    }

    @Override
    public void hardLink(String path, String target) throws IOException {
      FileStat stat = FileStat.of(path(target));
      if (stat == null || stat.isDirectory()) {
        throw new TreeException(path, TreeException.Cause.NO_TARGET, Errno.ENOENT);
      }
      if (!path.equals(target)) {
        Files.createLink(fresh(path), path(target));
      }
    }

    @Override
    public void attributes(long uid, long gid, int mode, long seconds, int nanos)
        throws IOException {
      if (own) {
        Files.setAttribute(at, "unix:uid", (int) uid, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(at, "unix:gid", (int) gid, LinkOption.NOFOLLOW_LINKS);
      }
      if (!FileStat.of(at).isSymbolicLink()) {
        Files.setAttribute(at, "unix:mode", mode);
        Files.setLastModifiedTime(at, FileTime.from(seconds, TimeUnit.SECONDS));
      }
    }

    @Override
    public void xattr(String name, byte[] value) throws IOException {
      Files.setAttribute(at, "user:" + name.substring(name.indexOf('.') + 1), value);
    }
  }
}
