package io.nsrun.rootfs;

import java.io.IOException;

/** Makes a tree below a directory that is there, and that keeps its attributes. */
final class PrefixSink implements TreeSink {
  private final TreeSink sink;
  private final String directory;
  private final TreeTransfer.Keep keep;
  private boolean atTop;

  /**
   * @param directory empty for the root
   * @param keep what files keep
   */
  PrefixSink(TreeSink sink, String directory, TreeTransfer.Keep keep) {
    this.keep = keep;
    this.sink = sink;
    this.directory = directory;
  }

  private String below(String path) {
    return directory.isEmpty() || path.isEmpty() ? directory + path : directory + "/" + path;
  }

  @Override
  public void file(String path) throws IOException {
    atTop = false;
    sink.file(below(path));
  }

  @Override
  public void data(long offset, byte[] bytes, int start, int length) throws IOException {
    sink.data(offset, bytes, start, length);
  }

  @Override
  public void size(long bytes) throws IOException {
    sink.size(bytes);
  }

  @Override
  public void directory(String path) throws IOException {
    atTop = path.isEmpty();
    if (!atTop) {
      sink.directory(below(path));
    }
  }

  @Override
  public void symbolicLink(String path, String target) throws IOException {
    atTop = false;
    sink.symbolicLink(below(path), target);
  }

  @Override
  public void hardLink(String path, String target) throws IOException {
    atTop = false;
    sink.hardLink(below(path), below(target));
  }

  @Override
  public void attributes(long uid, long gid, int mode, long seconds, int nanos) throws IOException {
    if (!atTop) {
      sink.attributes(keep.uid(uid), keep.gid(gid), keep.mode(mode), seconds, nanos);
    }
  }

  @Override
  public void xattr(String name, byte[] value) throws IOException {
    if (!atTop && keep.xattr(name)) {
      sink.xattr(name, value);
    }
  }
}
