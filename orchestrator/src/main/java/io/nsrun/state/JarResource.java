package io.nsrun.state;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Files that lie beside the classes.
 *
 * <p>Where the class path is one jar, it is read as the archive that it is: the JDK has it open
 * already. {@code Class.getResourceAsStream} would come to the same bytes by way of a URL, whose
 * classes cost 5 ms of a start.
 */
public final class JarResource {
  private JarResource() {}

  /**
   * The name that uname(2) gives to this machine; the directory of what is there once for each kind
   * of machine has it.
   */
  public static String machine() {
    String architecture = System.getProperty("os.arch");
    return "amd64".equals(architecture) ? "x86_64" : architecture;
  }

  /**
   * The whole content.
   *
   * @param name absolute, as in {@code /io/nsrun/seccomp/default.json}
   * @return null if there is no such resource
   */
  public static byte[] read(String name) throws IOException {
    byte[] content = readOfJar(System.getProperty("java.class.path", ""), name.substring(1));
    if (content != null) {
      return content;
    }
    try (InputStream in = JarResource.class.getResourceAsStream(name)) {
      return in == null ? null : in.readAllBytes();
    }
  }

  private static byte[] readOfJar(String classPath, String entryName) {
    if (!classPath.endsWith(".jar") || classPath.indexOf(':') >= 0) {
      return null;
    }
    try (ZipFile jar = new ZipFile(classPath)) {
      ZipEntry entry = jar.getEntry(entryName);
      if (entry == null) {
        return null;
      }
      try (InputStream in = jar.getInputStream(entry)) {
        return in.readAllBytes();
      }
    } catch (IOException e) {
      // The class loader has other means.
      return null;
    }
  }
}
