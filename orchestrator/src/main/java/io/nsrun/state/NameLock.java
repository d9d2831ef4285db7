package io.nsrun.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;

/**
 * A container's name, which no other container of the same user may have while this one is alive or
 * its record is kept.
 *
 * <p>The kernel drops the lock when this process ends, however it ends; a file that is left behind
 * without a lock and without a record holds nothing.
 */
public final class NameLock implements AutoCloseable {
  private static final int ID_LENGTH = 64;

  /** Held for an instant by who takes or gives up a name; no container can be called that. */
  private static final String GUARD = ".lock";

  private final Path file;
  private final FileChannel channel;
  private boolean kept;

  private NameLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Takes a name.
   *
   * @param stateDirectory see {@link StatePaths#stateDirectory}
   * @param name as {@code Spec} allows it: no slash
   * @param id of the container that is to have it
   * @throws ExplainedException if another container has it; the message says which directory holds
   *     its record, if it is only that
   */
  public static NameLock acquire(Path stateDirectory, String name, String id) throws IOException {
    Path names = stateDirectory.resolve("names");
    Files.createDirectories(names);
    synchronized (NameLock.class) {
      try (FileChannel guard = open(names.resolve(GUARD));
          FileLock whole = guard.lock()) {
        return acquireGuarded(stateDirectory, names.resolve(name), id, whole);
      }
    }
  }

  private static NameLock acquireGuarded(Path stateDirectory, Path file, String id, FileLock guard)
      throws IOException {
    FileChannel channel = open(file);
    boolean taken = false;
    try {
      String name = file.getFileName().toString();
      if (!guard.isValid() || !tryLock(channel)) {
        throw new ExplainedException(
            "the name " + name + " is in use by a running container", "choose another --name");
      }
      refuseIfRecorded(stateDirectory, channel, name);
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(id.getBytes(StandardCharsets.US_ASCII)), 0);
      taken = true;
      return new NameLock(file, channel);
    } finally {
      if (!taken) {
        channel.close();
      }
    }
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(
        file,
        EnumSet.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE),
        PosixFilePermissions.asFileAttribute(
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE)));
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // another container of this very JVM
    }
  }

  private static void refuseIfRecorded(Path stateDirectory, FileChannel channel, String name)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(ID_LENGTH);
    channel.read(bytes, 0);
    String owner = new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
    if (!isId(owner)) {
      return;
    }
    Path record = stateDirectory.resolve(owner);
    if (Files.exists(record.resolve(ExitRecord.FILE), LinkOption.NOFOLLOW_LINKS)) {
      throw new ExplainedException(
          "the name " + name + " belongs to a container that ended, whose record was kept",
          "choose another --name, or remove " + record);
    }
  }

  private static boolean isId(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
        return false;
      }
    }
    return text.length() == ID_LENGTH;
  }

  /** Leaves the name to the record of the container when this is closed. */
  public void keep() {
    kept = true;
  }

  /** Gives the name up, unless it is to be kept. */
  @Override
  public void close() throws IOException {
    if (kept) {
      channel.close();
      return;
    }
    synchronized (NameLock.class) {
      // Under the guard, so that nobody has opened the file and waits to lock one that has no name
      // any more.
      try (FileChannel guard = open(file.resolveSibling(GUARD));
          FileLock whole = guard.lock();
          channel) {
        if (whole.isValid()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }
}
