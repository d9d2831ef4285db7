package io.nsrun.rootfs;

import io.nsrun.control.Errno;
import java.io.IOException;

/** Something of a tree could not be made. */
final class TreeException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Why, as far as an archive can be at fault. */
  enum Cause {
    NO_DIRECTORY,
    HAS_FILES,
    NO_TARGET,
    TOO_MANY_DIRECTORIES,
    TOO_LONG,
    OTHER
  }

  private final String path;
  private final Cause why;

  /**
   * @param path which of its files; each byte a character
   * @param why why
   * @param errno what the kernel said
   */
  TreeException(String path, Cause why, Errno errno) {
    super(errno.text());
    this.path = path;
    this.why = why;
  }

  String path() {
    return path;
  }

  Cause why() {
    return why;
  }
}
