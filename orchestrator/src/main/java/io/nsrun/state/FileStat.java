package io.nsrun.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The numbers of lstat(2) that decide whether a file can be trusted.
 *
 * <p>Owner and group are numbers: {@code PosixFileAttributes} would look up their names, which
 * costs a walk through NSS.
 *
 * @param mode type and permission bits, as in {@code st_mode}
 * @param uid owner
 * @param gid group
 * @param size in bytes
 */
public record FileStat(int mode, int uid, int gid, long size) {
  private static final int S_IFMT = 0170000;
  private static final int S_IFREG = 0100000;
  private static final int S_IFDIR = 0040000;
  private static final int S_IFLNK = 0120000;
  private static final int S_IFCHR = 0020000;
  private static final int S_IFIFO = 0010000;
  private static final String ATTRIBUTES = "unix:mode,uid,gid,size";

  /**
   * Reads the attributes of {@code path} itself, never of what a symbolic link points to.
   *
   * @return null if nothing is there
   * @throws IOException if the path can't be looked at, for example for want of search permission
   */
  public static FileStat of(Path path) throws IOException {
    try {
      return new FileStat(Files.readAttributes(path, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS));
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /**
   * As {@link #of}, of what a symbolic link points to.
   *
   * @throws NoSuchFileException if nothing is there
   */
  public static FileStat ofTarget(Path path) throws IOException {
    return new FileStat(Files.readAttributes(path, ATTRIBUTES));
  }

  private FileStat(Map<String, Object> attributes) {
    this(
        (Integer) attributes.get("mode"),
        (Integer) attributes.get("uid"),
        (Integer) attributes.get("gid"),
        (Long) attributes.get("size"));
  }

  /** Whether this is a regular file. */
  public boolean isRegularFile() {
    return (mode & S_IFMT) == S_IFREG;
  }

  /** Whether this is a directory. */
  public boolean isDirectory() {
    return (mode & S_IFMT) == S_IFDIR;
  }

  /** Whether this is a symbolic link. */
  public boolean isSymbolicLink() {
    return (mode & S_IFMT) == S_IFLNK;
  }

  /** Whether this is a character device. */
  public boolean isCharacterDevice() {
    return (mode & S_IFMT) == S_IFCHR;
  }

  /** Whether this is a pipe, with a name or without. */
  public boolean isPipe() {
    return (mode & S_IFMT) == S_IFIFO;
  }

  /** The twelve permission bits: set-id, sticky, and rwx for owner, group and others. */
  public int permissions() {
    return mode & 07777;
  }
}
