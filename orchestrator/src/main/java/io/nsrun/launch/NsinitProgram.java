package io.nsrun.launch;

import io.nsrun.spec.ExplainedException;
import io.nsrun.state.RandomBytes;
import io.nsrun.state.StatePaths;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The copy of nsinit as it was verified: opened once, compared by that descriptor, and executed
 * from it, so that nothing which takes its name meanwhile is.
 *
 * <p>This JVM keeps one descriptor of each copy for as long as it lives. A child of Java's gets no
 * descriptor above 2, so it executes the file by way of this JVM's.
 */
final class NsinitProgram {
  private static final Map<Path, NsinitProgram> OPEN = new HashMap<>();

  /** Beyond the end of any program. */
  private static final long FAR = 1L << 40;

  /** Also those of copies that were replaced: somebody may be about to execute one. */
  private static final List<FileInputStream> HELD = new ArrayList<>();

  private final FileInputStream stream;
  private final Path path;

  private NsinitProgram(FileInputStream stream, Path path) {
    this.stream = stream;
    this.path = path;
  }

  /**
   * A path for execve(2), good for this JVM and its children.
   *
   * @throws IOException as {@link NsinitBinary#extract} does
   */
  static Path open(NsinitBinary binary, StatePaths paths) throws IOException {
    synchronized (OPEN) {
      Path file = binary.extract(paths);
      NsinitProgram known = OPEN.get(file);
      if (known != null && isSame(file, known.path)) {
        return known.path;
      }
      NsinitProgram opened = open(binary, file);
      OPEN.put(file, opened);
      HELD.add(opened.stream);
      return opened.path;
    }
  }

  private static NsinitProgram open(NsinitBinary binary, Path file) throws IOException {
    checkProc();
    FileInputStream stream = new FileInputStream(file.toFile());
    boolean done = false;
    try {
      Path path = descriptor(stream.getChannel());
      if (!binary.isContent(stream)) {
        throw new IOException(file + " changed while it was looked at");
      }
      done = true;
      return new NsinitProgram(stream, path);
    } finally {
      if (!done) {
        stream.close();
      }
    }
  }

  /**
   * The path of a descriptor, whose number Java does not tell: it is the one that is at a position
   * where nobody else is.
   */
  private static Path descriptor(FileChannel channel) throws IOException {
    long position = FAR + Long.parseLong(RandomBytes.hex(4), 16);
    channel.position(position);
    String[] numbers = new File("/proc/self/fdinfo").list();
    if (numbers != null) {
      byte[] wanted = ("pos:\t" + position + "\n").getBytes(StandardCharsets.US_ASCII);
      for (String number : numbers) {
        if (startsWith(new File("/proc/self/fdinfo", number), wanted)) {
          channel.position(0);
          return Path.of("/proc/" + ProcessHandle.current().pid() + "/fd", number);
        }
      }
    }
    throw new IOException("/proc/self/fdinfo does not show a file that is open");
  }

  /** Where it is not, it calls this process by another number, if by any. */
  private static void checkProc() throws IOException {
    String self = Files.readSymbolicLink(Path.of("/proc/self")).toString();
    if (!self.equals(Long.toString(ProcessHandle.current().pid()))) {
      throw new ExplainedException(
          "/proc is not that of this JVM's pid namespace", "run: mount -t proc proc /proc");
    }
  }

  static boolean startsWith(File file, byte[] wanted) {
    try (FileInputStream in = new FileInputStream(file)) {
      return Arrays.equals(in.readNBytes(wanted.length), wanted);
    } catch (IOException e) {
      return false; // closed by now: before this opened its file, or before it read
    }
  }

  private static boolean isSame(Path file, Path descriptor) throws IOException {
    try {
      return key(descriptor).equals(key(file));
    } catch (NoSuchFileException e) {
      return false; // taken away again
    }
  }

  private static Object key(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }
}
