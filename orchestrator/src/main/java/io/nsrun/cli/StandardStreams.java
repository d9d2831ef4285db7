package io.nsrun.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process' standard streams are. */
final class StandardStreams {
  private StandardStreams() {}

  /**
   * From here on standard output is the container's alone. What a JVM writes there by itself, as
   * the state of its threads at a SIGQUIT, goes to /dev/null, which the JDK puts in place of a
   * standard stream that is closed.
   */
  static void leaveOutput() throws IOException {
    new FileOutputStream(FileDescriptor.out).close();
  }

  /**
   * Whether a descriptor is a terminal, told by the name of its file: Java has no isatty(3) for one
   * stream alone, and {@code System.console()} loads a terminal library.
   *
   * @param descriptor 0 to 2
   */
  static boolean isTerminal(int descriptor) {
    String name;
    try {
      name = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
    } catch (IOException e) {
      return false; // closed
    }
    return name.startsWith("/dev/pts/")
        || name.startsWith("/dev/tty")
        || name.equals("/dev/console");
  }
}
