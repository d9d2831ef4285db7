package io.nsrun.rootfs;

import io.nsrun.control.Errno;
import java.io.IOException;

/** Something of a tree could not be made, or read. */
public final class TreeException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Why, as far as a tree or an archive can be at fault. */
  enum Cause {
    NO_DIRECTORY,
    HAS_FILES,
    IS_DIRECTORY,
    IS_NO_DIRECTORY,
    NO_TARGET,
    NO_ID,
    TOO_MANY_DIRECTORIES,
    TOO_LONG,
    READ,
    OTHER
  }

  private final String path;
  private final Cause why;
  private final Errno errno;

  /**
   * @param path which of its files; each byte a character
   * @param why why
   * @param errno what the kernel said
   */
  TreeException(String path, Cause why, Errno errno) {
    super(errno.text());
    this.path = path;
    this.why = why;
    this.errno = errno;
  }

  String path() {
    return path;
  }

  Cause why() {
    return why;
  }

  /** Which of its files, for a person; absolute if it is the one that was named. */
  public String shown() {
    return ArchiveNames.printable(path);
  }

  /** What is wrong with it, in a few words. */
  public String problem() {
    return switch (why) {
      case NO_DIRECTORY -> "it lies below something that is no directory";
      case IS_DIRECTORY -> "a directory is there";
      case IS_NO_DIRECTORY -> "what is there is no directory";
      case NO_ID -> "its owner has no id there";
      case OTHER ->
          (errno == Errno.EBUSY ? "something is mounted there" : errno.text())
              + " ("
              + errno.name()
              + ")";
      default -> errno.text() + " (" + errno.name() + ")";
    };
  }

  /** Whether it was to be read, and not made. */
  public boolean isOfSource() {
    return why == Cause.READ;
  }

  /** Whether there is no such file. */
  boolean isMissing() {
    return isOfSource() && (errno == Errno.ENOENT || errno == Errno.ENOTDIR);
  }

  /** What the kernel said. */
  public Errno errno() {
    return errno;
  }
}
