package io.nsrun.launch;

import io.nsrun.state.RandomBytes;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Names of the sockets that nsinit connects to.
 *
 * <p>A socket's file exists from the bind to the accept, a few milliseconds. A JVM that is killed
 * in between leaves it behind; the next one removes it.
 */
final class SocketFile {
  private static final String SUFFIX = ".sock";
  private static final int RANDOM_BYTES = 8;

  /**
   * A process id tells nothing across PID namespaces that share the directory, so a file this young
   * is left alone: its owner may be alive where we can't see it.
   */
  private static final long YOUNG_MILLIS = 60_000;

  private SocketFile() {}

  /** A new name in {@code directory}, with the process id of this JVM in it. */
  static Path name(Path directory) throws IOException {
    return directory.resolve(
        ProcessHandle.current().pid() + "-" + RandomBytes.hex(RANDOM_BYTES) + SUFFIX);
  }

  /** Removes what JVMs that are dead left behind. Never fails: it is only about tidiness. */
  static void sweep(Path directory) {
    String[] names = new File(directory.toString()).list();
    if (names == null) {
      return;
    }
    for (String name : names) {
      if (isStale(directory, name)) {
        // Where it can't be, it stays for the next sweep.
        new File(directory.toString(), name).delete();
      }
    }
  }

  private static boolean isStale(Path directory, String name) {
    int dash = name.indexOf('-');
    if (dash <= 0 || !name.endsWith(SUFFIX)) {
      return false;
    }
    for (int i = 0; i < dash; i++) {
      if (name.charAt(i) < '0' || name.charAt(i) > '9') {
        return false;
      }
    }
    if (new File("/proc/" + name.substring(0, dash)).exists()) {
      return false;
    }
    long modified = new File(directory.toString(), name).lastModified();
    return modified != 0 && System.currentTimeMillis() - modified > YOUNG_MILLIS;
  }
}
