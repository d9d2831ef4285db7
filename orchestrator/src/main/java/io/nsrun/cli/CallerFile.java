package io.nsrun.cli;

import io.nsrun.spec.Blob;
import io.nsrun.spec.OsPath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that an option names. */
final class CallerFile {
  private CallerFile() {}

  /**
   * The file.
   *
   * @param workingDirectory what a relative name is relative to
   */
  static Path of(String name, String workingDirectory) {
    return OsPath.of(name.startsWith("/") ? name : workingDirectory + "/" + name);
  }

  /** Its first {@code most} bytes, and one more if there are more. Blocks until they are there. */
  static Blob read(Path file, int most) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Blob.copyOf(in.readNBytes(most + 1));
    }
  }
}
