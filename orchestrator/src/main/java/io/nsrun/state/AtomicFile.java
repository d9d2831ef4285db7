package io.nsrun.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;

/**
 * Writes files of which a reader sees the old content or the new one, whatever is killed or loses
 * power in between.
 */
public final class AtomicFile {
  private AtomicFile() {}

  /**
   * Writes {@code content} with mode 0600: a temporary file beside {@code file}, fsync, rename,
   * fsync of the directory. Blocks for the disk.
   *
   * @throws IOException if any of it fails; {@code file} is then as it was, and no temporary file
   *     is left
   */
  public static void write(Path file, byte[] content) throws IOException {
    Path directory = file.getParent();
    Path temporary = directory.resolve("." + file.getFileName() + "-" + RandomBytes.hex(8));
    try {
      try (FileChannel out =
          FileChannel.open(
              temporary,
              EnumSet.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
              PosixFilePermissions.asFileAttribute(
                  EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE)))) {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
        out.force(true);
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
    try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
      entries.force(true);
    }
  }
}
