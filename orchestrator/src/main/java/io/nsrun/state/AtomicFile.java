package io.nsrun.state;

import io.nsrun.spec.IoMessages;
import io.nsrun.spec.OsPath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/**
 * Writes files of which a reader sees the old content or the new one, whatever is killed or loses
 * power in between.
 */
public final class AtomicFile {
  /** Mode 0600. */
  private static final Set<PosixFilePermission> OWNERS =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private AtomicFile() {}

  /** Mode 0600, for a file that is made. */
  public static FileAttribute<Set<PosixFilePermission>> forItsOwner() {
    return PosixFilePermissions.asFileAttribute(OWNERS);
  }

  /** As {@link #write(Path, byte[], Set)}, with mode 0600. */
  public static void write(Path file, byte[] content) throws IOException {
    write(file, content, OWNERS);
  }

  /**
   * Writes {@code content}: a temporary file beside {@code file}, whose name begins with {@code .}
   * and the name of {@code file}, fsync, rename, fsync of the directory. Blocks for the disk.
   *
   * @param permissions of the file, less what the umask takes away
   * @throws IOException if any of it fails; {@code file} is then as it was, and no temporary file
   *     is left
   */
  public static void write(Path file, byte[] content, Set<PosixFilePermission> permissions)
      throws IOException {
    Path directory = file.getParent();
    Path temporary =
        OsPath.resolve(directory, "." + OsPath.text(file.getFileName()) + "-" + RandomBytes.hex(8));
    try {
      try (FileChannel out =
          FileChannel.open(
              temporary,
              EnumSet.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
              PosixFilePermissions.asFileAttribute(permissions))) {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
        out.force(true);
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) {
      // That of a write names no file.
      throw (IOException)
          new FileSystemException(OsPath.text(file), null, IoMessages.reason(e)).initCause(e);
    } finally {
      Files.deleteIfExists(temporary);
    }
    try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
      entries.force(true);
    }
  }
}
