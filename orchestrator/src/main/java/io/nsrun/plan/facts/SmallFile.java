package io.nsrun.plan.facts;

import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Arrays;

/**
 * Reads files that are expected to be short: those of the kernel, and of root. A host may have
 * 100,000 mounts, or as many users with ranges of ids.
 */
final class SmallFile {
  private static final int MAX_BYTES = 16 << 20;
  private static final int FIRST_BYTES = 4096;

  private SmallFile() {}

  /**
   * The content of a regular file; anything else, which might block, is refused.
   *
   * @throws FileNotFoundException if it is missing, unreadable or no regular file
   * @throws IOException if it is longer than 16 MiB
   */
  static byte[] read(String path) throws IOException {
    File file = new File(path);
    if (!file.isFile()) {
      throw new FileNotFoundException(path + " is missing or no regular file");
    }
    byte[] bytes = new byte[FIRST_BYTES];
    int size = 0;
    try (FileInputStream in = new FileInputStream(file)) {
      int n;
      while ((n = in.read(bytes, size, bytes.length - size)) > 0) {
        size += n;
        if (size > MAX_BYTES) {
          throw new IOException(path + " is longer than " + MAX_BYTES + " bytes");
        }
        if (size == bytes.length) {
          bytes = Arrays.copyOf(bytes, 2 * size);
        }
      }
    }
    return Arrays.copyOf(bytes, size);
  }
}
