package io.nsrun.cli;

import io.nsrun.spec.Blob;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;

/** A file that an option names. */
final class CallerFile {
  private CallerFile() {}

  /**
   * The file.
   *
   * @param workingDirectory what a relative name is relative to
   */
  static File of(String name, String workingDirectory) {
    File file = new File(name);
    return file.isAbsolute() ? file : new File(workingDirectory, name);
  }

  /** Its first {@code most} bytes, and one more if there are more. Blocks until they are there. */
  static Blob read(File file, int most) throws IOException {
    try (FileInputStream in = new FileInputStream(file)) {
      return Blob.copyOf(in.readNBytes(most + 1));
    }
  }
}
