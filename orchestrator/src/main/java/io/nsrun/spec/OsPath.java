package io.nsrun.spec;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Paths of the host as strings of {@link OsString}, and back.
 *
 * <p>{@link Path#of(String, String...)}, {@link File} and {@link Path#toString} go through the
 * encoding of the locale, and a JVM without a locale has only ASCII. A URI has the bytes
 * themselves, percent-encoded, and a path can be made of it and tells it whatever the locale is.
 */
public final class OsPath {
  private static final String HEX = "0123456789ABCDEF";

  private OsPath() {}

  /**
   * The path that a string means; an absolute one where the string, or the name of the working
   * directory that it is relative to, is not plain ASCII.
   *
   * @throws InvalidPathException if there is a NUL in it
   */
  public static Path of(String text) {
    if (text.isEmpty() || OsString.isAscii(text)) {
      return text.isEmpty() || text.charAt(0) == '/' || isAsciiWorkingDirectory()
          ? Path.of(text)
          : ofBytes(workingDirectory() + "/" + text);
    }
    return ofBytes(text.charAt(0) == '/' ? text : workingDirectory() + "/" + text);
  }

  private static Path ofBytes(String absolute) {
    StringBuilder uri = new StringBuilder("file://");
    byte[] bytes = OsString.encode(absolute);
    int end = bytes.length;
    while (end > 1 && bytes[end - 1] == '/') {
      end--;
    }
    for (int i = 0; i < end; i++) {
      byte b = bytes[i];
      if (b == 0) {
        throw new InvalidPathException(absolute, "a NUL character");
      }
      boolean isSlash = b == '/';
      if ((b >= 'a' && b <= 'z') || (isSlash && (i == 0 || bytes[i - 1] != '/'))) {
        uri.append((char) b);
      } else if (!isSlash) {
        uri.append('%').append(HEX.charAt((b >> 4) & 0xf)).append(HEX.charAt(b & 0xf));
      }
    }
    return Path.of(URI.create(uri.toString()));
  }

  /** The path of a name, or of more of them, below a directory. */
  public static Path resolve(Path directory, String below) {
    return OsString.isAscii(below) ? directory.resolve(below) : of(text(directory) + "/" + below);
  }

  /** The string of a path, as it was given to {@link #of}. */
  public static String text(Path path) {
    String text = path.toString();
    if (OsString.isAscii(text)) {
      return text;
    }
    return path.isAbsolute()
        ? absoluteText(path)
        : absoluteText(Path.of("/").resolve(path)).substring(1);
  }

  private static String absoluteText(Path path) {
    String uri = path.toUri().getRawPath();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(uri.length());
    for (int i = 0; i < uri.length(); i++) {
      char letter = uri.charAt(i);
      if (letter == '%') {
        bytes.write(Integer.parseInt(uri, i + 1, i + 3, 16));
        i += 2;
      } else {
        bytes.write(letter);
      }
    }
    // The URI of what is a directory ends with a slash.
    int size = bytes.size() > 1 && uri.endsWith("/") ? bytes.size() - 1 : bytes.size();
    return OsString.decode(bytes.toByteArray(), 0, size);
  }

  /** The working directory of this JVM. */
  public static String workingDirectory() {
    String name = System.getProperty("user.dir");
    if (!OsString.isAscii(name)) {
      try {
        return text(Files.readSymbolicLink(Path.of("/proc/self/cwd")));
      } catch (IOException e) {
        return name;
      }
    }
    return name;
  }

  private static boolean isAsciiWorkingDirectory() {
    return OsString.isAscii(System.getProperty("user.dir"));
  }

  /** {@link File#isDirectory}, which needs fewer classes than {@link Files}. */
  public static boolean isDirectory(String text) {
    return OsString.isAscii(text) ? new File(text).isDirectory() : Files.isDirectory(of(text));
  }

  /** A stream of the file that a string names, which may be a pipe; to be closed. */
  public static InputStream newInputStream(String text) throws IOException {
    // The stream of a file itself asks in some methods where it is in it, which a pipe can't tell.
    return OsString.isAscii(text)
        ? new BufferedInputStream(new FileInputStream(text))
        : Files.newInputStream(of(text));
  }
}
