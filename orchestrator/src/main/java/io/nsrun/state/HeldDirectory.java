package io.nsrun.state;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.util.Set;

/**
 * A directory that stays the same one, whatever is put in the place of its name: it is opened once,
 * and all is done by that descriptor, openat(2). A container that has it as a volume can rename it,
 * and leave a link to another where it was.
 */
public final class HeldDirectory implements Closeable {
  /** Begins the names of what has no other name yet, and is shorter than what it may replace. */
  private static final String TEMPORARY = ".nsrun-";

  private static final int MOST_RESERVED = 64 << 10;

  private final Path path;
  private final SecureDirectoryStream<Path> directory;
  private SeekableByteChannel room;

  private HeldDirectory(Path path, SecureDirectoryStream<Path> directory) {
    this.path = path;
    this.directory = directory;
  }

  /** Opens a directory; symbolic links to it are followed, now and never again. */
  @SuppressWarnings("StreamResourceLeak") // it is what stays open
  public static HeldDirectory open(Path path) throws IOException {
    DirectoryStream<Path> stream = Files.newDirectoryStream(path);
    if (stream instanceof SecureDirectoryStream) {
      return new HeldDirectory(path, (SecureDirectoryStream<Path>) stream);
    }
    stream.close();
    throw new IOException("its file system has no openat(2)");
  }

  /** A directory in this one, which is no link. */
  public HeldDirectory enter(Path name) throws IOException {
    return new HeldDirectory(
        path.resolve(name), directory.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS));
  }

  /** What has a name here, itself; null if nothing has. */
  public BasicFileAttributes attributes(Path name) throws IOException {
    try {
      return directory
          .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
          .readAttributes();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** Whether the name that it was opened by still leads here. */
  public boolean isWhereItWas() throws IOException {
    try {
      return attributes(Path.of("."))
          .fileKey()
          .equals(Files.readAttributes(path, BasicFileAttributes.class).fileKey());
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /**
   * Sees to it that there will be room for a file of 64 KiB: in one that has no name, so that
   * nothing is left when this process is killed.
   *
   * @throws IOException if a file can't be made here, or finds no room
   */
  public void reserve() throws IOException {
    Path name = temporaryName();
    SeekableByteChannel channel = create(name);
    boolean done = false;
    try {
      directory.deleteFile(name);
      writeAll(channel, new byte[MOST_RESERVED]);
      done = true;
      room = channel;
    } finally {
      if (!done) {
        channel.close();
      }
    }
  }

  /** What is to be written. */
  public interface Content {
    /** Blocks until all is written; the stream is not closed. */
    void write(OutputStream out) throws IOException;
  }

  /** No lambda, which would cost a run that writes a small file. */
  private static final class Bytes implements Content {
    private final byte[] bytes;

    Bytes(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public void write(OutputStream out) throws IOException {
      out.write(bytes);
    }
  }

  /**
   * Gives a name this content, all at once: whatever had the name is replaced, and never written
   * through. Blocks for the disk.
   *
   * @param attributes of the file, such as its mode
   */
  public void replace(Path name, byte[] content, FileAttribute<?>... attributes)
      throws IOException {
    replace(name, temporaryName(), new Bytes(content), attributes);
  }

  /**
   * As {@link #replace(Path, byte[], FileAttribute...)}, for what takes long: a signal that ends
   * this process leaves nothing half written.
   */
  public void replace(Path name, Content content, FileAttribute<?>... attributes)
      throws IOException {
    Path temporary = temporaryName();
    Thread removal = new Removal(temporary);
    Runtime.getRuntime().addShutdownHook(removal);
    try {
      replace(name, temporary, content, attributes);
    } finally {
      try {
        Runtime.getRuntime().removeShutdownHook(removal);
      } catch (IllegalStateException e) {
        // It runs already, and finds what is there, or nothing.
      }
    }
  }

  private final class Removal extends Thread {
    private final Path temporary;

    Removal(Path temporary) {
      super("nsrun removal");
      this.temporary = temporary;
    }

    @Override
    public void run() {
      try {
        deleteIfExists(temporary);
      } catch (IOException e) {
        return; // nobody is left who could be told
      }
    }
  }

  private void replace(Path name, Path temporary, Content content, FileAttribute<?>... attributes)
      throws IOException {
    release();
    boolean done = false;
    try {
      try (SeekableByteChannel out = create(temporary, attributes)) {
        content.write(Channels.newOutputStream(out));
        force(out);
      }
      directory.move(temporary, directory, name);
      done = true;
    } finally {
      if (!done) {
        deleteIfExists(temporary);
      }
    }
    try (SeekableByteChannel entries =
        directory.newByteChannel(Path.of("."), Set.of(StandardOpenOption.READ))) {
      force(entries);
    }
  }

  /**
   * Makes a file that was not there.
   *
   * @throws java.nio.file.FileAlreadyExistsException if something has the name, be it a link
   */
  public void make(Path name, byte[] content) throws IOException {
    SeekableByteChannel out = create(name);
    boolean done = false;
    try (out) {
      writeAll(out, content);
      done = true;
    } finally {
      if (!done) {
        deleteIfExists(name);
      }
    }
  }

  /** Removes a file, or a link itself. */
  public void deleteIfExists(Path name) throws IOException {
    try {
      directory.deleteFile(name);
    } catch (NoSuchFileException e) {
      return;
    }
  }

  private static Path temporaryName() throws IOException {
    return Path.of(TEMPORARY + RandomBytes.hex(8));
  }

  private SeekableByteChannel create(Path name, FileAttribute<?>... attributes) throws IOException {
    Set<OpenOption> options =
        Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW, LinkOption.NOFOLLOW_LINKS);
    return directory.newByteChannel(name, options, attributes);
  }

  private static void writeAll(SeekableByteChannel out, byte[] content) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(content);
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  private static void force(SeekableByteChannel channel) throws IOException {
    if (channel instanceof FileChannel file) {
      file.force(true);
    }
  }

  private void release() throws IOException {
    if (room != null) {
      room.close();
      room = null;
    }
  }

  @Override
  public void close() throws IOException {
    try {
      release();
    } finally {
      directory.close();
    }
  }
}
