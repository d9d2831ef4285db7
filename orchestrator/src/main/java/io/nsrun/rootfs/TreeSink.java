package io.nsrun.rootfs;

import java.io.IOException;

/**
 * Takes what a tree is made of. A path has components with slashes between, none of them empty,
 * {@code .} or {@code ..}, each byte a character; no directory on its way is a symbolic link. What
 * a path had before is replaced. What {@link #file}, {@link #directory} or {@link #symbolicLink}
 * names is what the calls after it are about.
 */
interface TreeSink {
  /** An empty file. */
  void file(String path) throws IOException;

  /** Content of the file. */
  void data(long offset, byte[] bytes, int start, int length) throws IOException;

  /** The size of the file, of which only pieces were written. */
  void size(long bytes) throws IOException;

  /** A directory, which may be there already; an empty path is the root. */
  void directory(String path) throws IOException;

  void symbolicLink(String path, String target) throws IOException;

  /** Another name for a file. */
  void hardLink(String path, String target) throws IOException;

  /** Owner, permission bits and time of the last change. */
  void attributes(long uid, long gid, int mode, long seconds, int nanos) throws IOException;

  /** An extended attribute of a file or directory, after {@link #attributes}. */
  void xattr(String name, byte[] value) throws IOException;
}
