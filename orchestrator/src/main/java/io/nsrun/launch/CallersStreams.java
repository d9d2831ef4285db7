package io.nsrun.launch;

import io.nsrun.state.OwnFiles;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Which of the descriptors 0 to 2 the caller gave us.
 *
 * <p>Where one was closed, the JVM's own files have taken the number: its image of classes, our
 * jar, whatever it opens next. None of them may become a stream of a container, nor take a message
 * of ours.
 */
public final class CallersStreams {
  /**
   * O_CLOEXEC as /proc/PID/fdinfo shows it, in octal: who started us can't have left such a one.
   */
  private static final int CLOSED_BY_EXECVE = 02000000;

  /** O_WRONLY and O_RDWR. */
  private static final int WRITABLE = 03;

  private static final File NULL = new File("/dev/null");

  private static final boolean[] MISSING = new boolean[3];

  /** Keeps the numbers taken that were free. */
  private static final FileInputStream[] HELD = new FileInputStream[3];

  private static boolean settled;

  /** The numbers that were in use then. */
  private static Set<String> others;

  private CallersStreams() {}

  /**
   * Looks at the three, and fills the numbers that are still free, before anything else of this JVM
   * gets them: to be called first of all. Does nothing the second time.
   *
   * @throws IOException if one can't be looked at
   */
  public static synchronized void settle() throws IOException {
    if (settled) {
      return;
    }
    settled = true;
    others = inUse();
    for (int descriptor = 0; descriptor < MISSING.length; descriptor++) {
      try {
        MISSING[descriptor] = !isCallers(descriptor);
      } catch (NoSuchFileException e) {
        if (!new File("/proc/self/fd").isDirectory()) {
          return; // nobody can tell
        }
        MISSING[descriptor] = true;
        HELD[descriptor] = new FileInputStream(NULL);
      }
    }
  }

  private static Set<String> inUse() {
    String[] numbers = new File("/proc/self/fd").list();
    Set<String> found = new HashSet<>();
    if (numbers != null) {
      for (String number : numbers) {
        // That of the listing itself is closed by now.
        if (new File("/proc/self/fd", number).exists()) {
          found.add(number);
        }
      }
    }
    return found;
  }

  /**
   * Whether a descriptor above 2 can be one that the caller gave us: it was there when we began,
   * and is none of the files that this JVM runs from.
   *
   * @throws IOException if it can't be looked at
   */
  public static boolean gave(int descriptor) throws IOException {
    return others != null && others.contains(Integer.toString(descriptor)) && isCallers(descriptor);
  }

  /**
   * Whether a descriptor was opened for writing: by its name in /proc any file could be opened so
   * that this process may write to.
   *
   * @throws IOException if it can't be looked at
   */
  public static boolean isWritable(int descriptor) throws IOException {
    return (flags(descriptor) & WRITABLE) != 0;
  }

  /** Whether the caller gave us a descriptor, as {@link #settle} saw it. */
  public static boolean given(int descriptor) {
    return !MISSING[descriptor];
  }

  /** A program's standard streams: the caller's, and /dev/null in place of those that are none. */
  static ProcessBuilder inherit(ProcessBuilder builder) {
    builder.inheritIO();
    if (MISSING[0]) {
      builder.redirectInput(NULL);
    }
    if (MISSING[1]) {
      builder.redirectOutput(NULL);
    }
    if (MISSING[2]) {
      builder.redirectError(NULL);
    }
    return builder;
  }

  private static boolean isCallers(int descriptor) throws IOException {
    Path file = Path.of("/proc/self/fd", Integer.toString(descriptor));
    String name = Files.readSymbolicLink(file).toString();
    if (name.equals("/dev/null") || name.startsWith("/dev/pts/")) {
      return true;
    }
    // An epoll instance and the like are of use to their maker alone.
    return !name.startsWith("anon_inode:")
        && (flags(descriptor) & CLOSED_BY_EXECVE) == 0
        && !OwnFiles.contain(file, name);
  }

  /** What a line of it says in octal: "flags:\t0100002". */
  private static int flags(int descriptor) throws IOException {
    byte[] info;
    try (FileInputStream in = new FileInputStream("/proc/self/fdinfo/" + descriptor)) {
      info = in.readNBytes(256);
    }
    int at = 0;
    while (at + 6 < info.length
        && !(info[at] == 'f' && info[at + 1] == 'l' && info[at + 5] == ':')) {
      at++;
    }
    int flags = 0;
    for (at += 7; at < info.length && info[at] >= '0' && info[at] <= '7'; at++) {
      flags = flags * 8 + info[at] - '0';
    }
    return flags;
  }
}
