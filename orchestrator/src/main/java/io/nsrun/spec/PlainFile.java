package io.nsrun.spec;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Files of our own, where somebody may have put something else: a link to what is not ours, a pipe
 * that never ends.
 */
public final class PlainFile {
  private PlainFile() {}

  /**
   * Opens a regular file, and no link to one.
   *
   * @throws java.nio.file.NoSuchFileException if there is nothing
   * @throws FileSystemException if it is something else
   */
  public static InputStream open(Path file) throws IOException {
    // Before it is opened: that of a pipe waits for a writer.
    attributes(file);
    return Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * What is known of a regular file.
   *
   * @throws java.nio.file.NoSuchFileException if there is nothing
   * @throws FileSystemException if it is something else
   */
  public static BasicFileAttributes attributes(Path file) throws IOException {
    BasicFileAttributes found =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!found.isRegularFile()) {
      throw new FileSystemException(OsPath.text(file), null, "is no regular file");
    }
    return found;
  }

  /**
   * All that a regular file has. Blocks for the disk.
   *
   * @param most bytes that it may have
   * @throws java.nio.file.NoSuchFileException if there is nothing
   * @throws FileSystemException if it is something else, or larger
   */
  public static byte[] read(Path file, int most) throws IOException {
    try (InputStream in = open(file)) {
      byte[] bytes = in.readNBytes(most);
      if (in.read() >= 0) {
        throw new FileSystemException(
            OsPath.text(file), null, "has more than " + (most >> 20) + " MiB");
      }
      return bytes;
    }
  }
}
