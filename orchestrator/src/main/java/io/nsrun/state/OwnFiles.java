package io.nsrun.state;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The files that this JVM runs from: its image of classes, archives, and the class path.
 *
 * <p>They are known by their identity, whatever name leads to them. Flags don't tell them from the
 * caller's: the JVM opens its image without O_CLOEXEC.
 */
public final class OwnFiles {
  private static final int S_IFMT = 0170000;
  private static final int S_IFREG = 0100000;

  private OwnFiles() {}

  /**
   * Whether this is one of them. Reads what the JVM has mapped, half a millisecond, if it is a
   * regular file.
   *
   * @param file a path, of which symbolic links are followed; as {@code /proc/self/fd/0} is
   * @param name what the kernel calls the file, as that link says
   */
  public static boolean contain(Path file, String name) throws IOException {
    Map<String, Object> it = Files.readAttributes(file, "unix:mode,dev,ino");
    if (((Integer) it.get("mode") & S_IFMT) != S_IFREG) {
      return false;
    }
    if (isSame(it, System.getProperty("java.home") + "/lib/modules")) {
      return true;
    }
    String classPath = System.getProperty("java.class.path", "");
    for (int at = 0; at <= classPath.length(); ) {
      int end = classPath.indexOf(':', at);
      end = end < 0 ? classPath.length() : end;
      if (isSame(it, classPath.substring(at, end))) {
        return true;
      }
      at = end + 1;
    }
    return isMapped(it, name);
  }

  private static boolean isSame(Map<String, Object> it, String path) throws IOException {
    try {
      Map<String, Object> other = Files.readAttributes(Path.of(path), "unix:dev,ino");
      return other.get("ino").equals(it.get("ino")) && other.get("dev").equals(it.get("dev"));
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /**
   * Whether a line of /proc/self/maps is about it, "range rw-p offset fe:00 inode name". Shared
   * objects count for nobody's: the linker has closed them. Where a file system shows different
   * device numbers there, as overlayfs does, the name has to be the same.
   */
  private static boolean isMapped(Map<String, Object> it, String name) throws IOException {
    String maps;
    try (FileInputStream in = new FileInputStream("/proc/self/maps")) {
      maps = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
    String inode = " " + it.get("ino") + " ";
    String both = " " + device((Long) it.get("dev")) + inode;
    for (int at = maps.indexOf(inode); at >= 0; at = maps.indexOf(inode, at + 1)) {
      int end = maps.indexOf('\n', at);
      String rest = maps.substring(at, end < 0 ? maps.length() : end);
      if (!rest.contains(".so")
          && (rest.endsWith(" " + name)
              || maps.startsWith(both, at + inode.length() - both.length()))) {
        return true;
      }
    }
    return false;
  }

  /** As the kernel prints it: major and minor in hexadecimal, of two digits at least. */
  private static String device(long device) {
    long major = ((device >>> 8) & 0xfff) | ((device >>> 32) & ~0xfffL);
    long minor = (device & 0xff) | ((device >>> 12) & ~0xffL);
    return two(major) + ":" + two(minor);
  }

  private static String two(long number) {
    String digits = Long.toHexString(number);
    return digits.length() < 2 ? "0" + digits : digits;
  }
}
