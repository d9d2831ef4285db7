package io.nsrun.engine;

import io.nsrun.spec.Blob;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file of the caller's whose content is wanted. */
public final class CallerFile {
  private CallerFile() {}

  /** Its first {@code most} bytes, and one more if there are more. Blocks until they are there. */
  public static Blob read(Path file, int most) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Blob.copyOf(in.readNBytes(most + 1));
    }
  }
}
