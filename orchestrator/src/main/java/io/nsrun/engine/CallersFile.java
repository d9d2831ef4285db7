package io.nsrun.engine;

import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.IoMessages;
import io.nsrun.state.FileStat;
import io.nsrun.state.HeldDirectory;
import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;

/**
 * A file that the caller names, and that is written when the container has ended.
 *
 * <p>What it is, is settled before the run, and its directory or the stream itself is open from
 * then on: what a container puts in the place of either is not the caller's wish. What can't be
 * written is told before anything is run whose result would be lost.
 */
public final class CallersFile implements Closeable {
  /** Of a pipe that nobody may be reading, pipe(7). */
  private static final int ROOM_OF_A_PIPE = 64 << 10;

  private final Caller caller;
  private final String option;
  private final String name;
  private HeldDirectory directory;
  private Path entry;
  private OutputStream stream;
  private boolean pipe;

  private CallersFile(Caller caller, String option, String name) {
    this.caller = caller;
    this.option = option;
    this.name = name;
  }

  /**
   * Opens what is to be written.
   *
   * @param option what the caller calls it, as in {@code --result}
   * @param name as given: of a plain file or none yet, which is replaced, or of a stream
   * @throws ExplainedException if it can't be written
   */
  public static CallersFile open(Caller caller, String option, String name)
      throws ExplainedException {
    CallersFile file = new CallersFile(caller, option, name);
    boolean done = false;
    try {
      String descriptor = Caller.descriptor(name);
      if (descriptor == null) {
        file.openEntry();
      } else {
        file.openDescriptor(descriptor);
      }
      done = true;
      return file;
    } finally {
      if (!done) {
        file.close();
      }
    }
  }

  /** Whether a name, or null, is that of standard output. */
  public static boolean isStandardOutput(String name) {
    return name != null && "1".equals(Caller.descriptor(name));
  }

  private void openDescriptor(String number) throws ExplainedException {
    try {
      boolean standard = number.equals("1") || number.equals("2");
      if (standard
          ? !caller.hasStream(Integer.parseInt(number))
          : !Caller.hasDescriptor(Integer.parseInt(number))) {
        throw refused(
            "descriptor " + number + " is not the caller's", "open it: " + number + ">FILE");
      }
      if (!Caller.isWritable(Integer.parseInt(number))) {
        throw refused(
            "descriptor " + number + " is not open for writing", "open it: " + number + ">FILE");
      }
      // The descriptor itself: its file may be one that can't be opened again, or would be cut.
      stream =
          standard
              ? new FileOutputStream(number.equals("1") ? FileDescriptor.out : FileDescriptor.err)
              : openAgain(number);
    } catch (NumberFormatException e) {
      throw refused("\"" + number + "\" is no descriptor", "");
    } catch (ExplainedException e) {
      throw e;
    } catch (IOException e) {
      throw cantBeWritten("", e, "");
    }
  }

  private OutputStream openAgain(String number) throws IOException {
    Path file = Caller.descriptorFile(number);
    FileStat stat = FileStat.ofTarget(file);
    if (!stat.isPipe() && !stat.isRegularFile() && !stat.isCharacterDevice()) {
      throw refused(
          "descriptor " + number + " is no pipe, file or terminal",
          "such a one can't be opened again; give a pipe");
    }
    return open(file);
  }

  private void openEntry() throws ExplainedException {
    Path file;
    try {
      file = caller.path(name);
    } catch (InvalidPathException e) {
      throw new ExplainedException(option + ": \"" + name + "\" is no file name", "", e);
    }
    Path parent = file.getParent();
    if (name.isEmpty() || parent == null || name.endsWith("/")) {
      throw refused("\"" + name + "\" is a directory", "name a file in it");
    }
    entry = file.getFileName();
    try {
      if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
        throw refused("\"" + name + "\" is a directory", "name a file in it");
      }
      if (!Files.exists(parent)) {
        throw refused(
            name + ": no such file or directory: there is no directory " + parent, "make it first");
      }
      FileStat stat = FileStat.of(file);
      if (stat != null && !stat.isRegularFile()) {
        openSpecial(file, stat);
        return;
      }
    } catch (ExplainedException e) {
      throw e;
    } catch (IOException e) {
      throw cantBeWritten("", e, "");
    }
    hold(parent);
  }

  private void hold(Path parent) throws ExplainedException {
    try {
      directory = HeldDirectory.open(parent);
      directory.attributes(entry);
      directory.reserve();
    } catch (IOException e) {
      throw cantBeWritten(
          "directory " + parent + ": ",
          e,
          "a new file is made there and takes the name; name a file in a directory of yours");
    }
  }

  /** What others could have put there is not opened: to open a pipe is to wait for its reader. */
  private void openSpecial(Path file, FileStat stat) throws IOException {
    if (stat.isSymbolicLink()) {
      throw refused(name + " is a symbolic link", "name the file that it leads to");
    }
    boolean own = stat.uid() == caller.paths().uid();
    if (stat.isCharacterDevice() && (own || stat.uid() == 0)) {
      stream = Channels.newOutputStream(FileChannel.open(file, StandardOpenOption.WRITE));
    } else if (stat.isPipe() && own) {
      pipe = true;
      stream = open(file);
    } else {
      throw refused(
          name + " is no file, and no pipe of yours", "name a file, or remove what is there");
    }
  }

  /** Waits for no reader, as opening a pipe only for writing would. */
  private static OutputStream open(Path file) throws IOException {
    return Channels.newOutputStream(
        FileStat.ofTarget(file).isPipe()
            ? FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)
            : FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND));
  }

  /**
   * Writes what takes long, or much room, to make: all of it or nothing, where the file is a plain
   * one.
   *
   * @param content throws an {@link ExplainedException} where it is itself at fault
   */
  public void write(HeldDirectory.Content content, FileAttribute<?>... attributes)
      throws ExplainedException {
    try {
      if (directory != null) {
        directory.replace(entry, content, attributes);
        return;
      }
      content.write(stream);
      stream.flush();
    } catch (ExplainedException e) {
      throw e;
    } catch (IOException e) {
      throw unwritten(e);
    }
  }

  /** Writes it: all of it or nothing, where the file is a plain one. */
  public void write(byte[] content, FileAttribute<?>... attributes) throws ExplainedException {
    try {
      if (directory != null) {
        directory.replace(entry, content, attributes);
        return;
      }
      if (pipe && content.length > ROOM_OF_A_PIPE) {
        throw new IOException("more than a pipe has room for");
      }
      stream.write(content);
      stream.flush();
    } catch (IOException e) {
      throw unwritten(e);
    }
  }

  private ExplainedException unwritten(IOException e) {
    return new ExplainedException(
        option + ": can't write " + name + ": " + IoMessages.reason(e),
        "name a file that can be written",
        e);
  }

  private ExplainedException refused(String why, String remedy) {
    return new ExplainedException(option + ": " + why, remedy);
  }

  private ExplainedException cantBeWritten(String object, IOException e, String why) {
    return new ExplainedException(
        option + ": " + name + " can't be written: " + object + IoMessages.reason(e), why, e);
  }

  /** Standard streams stay open: others write to them too. */
  @Override
  public void close() {
    try {
      if (directory != null) {
        directory.close();
      }
    } catch (IOException e) {
      // It was only looked at, or what was written is on the disk.
      return;
    }
  }
}
