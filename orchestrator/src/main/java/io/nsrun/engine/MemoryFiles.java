package io.nsrun.engine;

import io.nsrun.spec.OsPath;
import io.nsrun.spec.OsString;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * What the file systems of one container hold that are in memory, and are its own. They are looked
 * at by their paths, which the container may change meanwhile: what is not on the device that it
 * was told to be on does not count.
 */
final class MemoryFiles {
  private static final int DEVICE = 2;
  private static final int ROOT = 3;
  private static final int MOUNT_POINT = 4;

  private final String root;

  /** Those of the host, which belong to others too. */
  private final Set<String> others = new HashSet<>();

  private final Set<String> seen = new HashSet<>();
  private long bytes;

  private MemoryFiles(String root) {
    this.root = root;
  }

  /**
   * Looks at them.
   *
   * @param pid of a process of the container whose files may be looked at
   * @param mounts the mountinfo of the container's init
   * @param ofHost that of somebody outside
   * @param layer whether what is written to the root is in memory
   */
  static MemoryFiles of(long pid, String mounts, String ofHost, boolean layer) {
    MemoryFiles files = new MemoryFiles("/proc/" + pid + "/root");
    for (String line : ofHost.split("\n", -1)) {
      String[] fields = line.split(" ", -1);
      if (fields.length > DEVICE) {
        files.others.add(fields[DEVICE]);
      }
    }
    for (String line : mounts.split("\n", -1)) {
      files.add(line, layer);
    }
    return files;
  }

  long bytes() {
    return bytes;
  }

  private void add(String line, boolean layer) {
    String[] fields = line.split(" ", -1);
    int type = line.indexOf(" - ");
    if (fields.length <= MOUNT_POINT || type < 0) {
      return;
    }
    boolean memory =
        line.startsWith("tmpfs ", type + 3)
            || (layer && fields[MOUNT_POINT].equals("/") && line.startsWith("overlay ", type + 3));
    String device = fields[DEVICE];
    if (!memory || !fields[ROOT].equals("/") || others.contains(device) || !seen.add(device)) {
      return;
    }
    String name = unescaped(fields[MOUNT_POINT]);
    // The root is behind the link.
    Path place = OsPath.of(root + (name.equals("/") ? "/." : name));
    // Not Files.getFileStore, which wants to find it among the mounts of this process.
    File directory = place.toFile();
    if (isOn(place, device)) {
      long used = directory.getTotalSpace() - directory.getFreeSpace();
      bytes += isOn(place, device) ? Math.max(0, used) : 0;
    }
  }

  private static boolean isOn(Path place, String device) {
    try {
      long number = (Long) Files.getAttribute(place, "unix:dev", LinkOption.NOFOLLOW_LINKS);
      long major = (number >> 8 & 0xfff) | (number >> 32 & ~0xfffL);
      long minor = (number & 0xff) | (number >> 12 & ~0xffL);
      return device.equals(major + ":" + minor);
    } catch (IOException e) {
      return false;
    }
  }

  /** Blanks and the like stand there as a backslash and three octal digits. */
  private static String unescaped(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '\\' && i + 3 < text.length()) {
        bytes.write(Integer.parseInt(text, i + 1, i + 4, 8));
        i += 3;
      } else {
        bytes.write(text.charAt(i));
      }
    }
    return OsString.decode(bytes.toByteArray());
  }
}
