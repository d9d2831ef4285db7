package io.nsrun.rootfs;

import com.github.luben.zstd.ZstdInputStream;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.Text;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * Finds out by its first bytes how an archive is compressed: names lie.
 *
 * <p>Whoever uses nsrun as a library may have no library for xz or zstd; none of their classes is
 * named here, since this class would not even load without them.
 */
final class Decompression {
  private static final int BUFFER = 1 << 16;

  /** The magic of a tar header, tar(5): "ustar" at byte 257, in both its POSIX and its GNU form. */
  private static final int TAR_MAGIC_AT = 257;

  private static final int XZ_MEMORY_KIB = 512 << 10;

  private Decompression() {}

  /**
   * The tar archive inside {@code compressed}.
   *
   * @throws ExplainedException if it is neither a tar archive nor a gzip, xz or zstd stream, or
   *     there is no library for it
   */
  static InputStream open(InputStream compressed) throws IOException {
    BufferedInputStream in = new BufferedInputStream(compressed, BUFFER);
    byte[] head = peek(in, TAR_MAGIC_AT + 5);
    if (startsWith(head, 0, 0x1f, 0x8b)) {
      return checked(new GZIPInputStream(in, BUFFER));
    }
    if (startsWith(head, 0, 0xfd, '7', 'z', 'X', 'Z', 0)) {
      require("xz", "org.tukaani:xz", "org.tukaani.xz.XZInputStream");
      return checked(Xz.open(in));
    }
    if (startsWith(head, 0, 0x28, 0xb5, 0x2f, 0xfd)) {
      require("zstd", "com.github.luben:zstd-jni", "com.github.luben.zstd.ZstdInputStream");
      NativeLibraries.keepPrivate();
      return checked(Zstd.open(in));
    }
    return checked(in);
  }

  /** That there is a class, and that we may use it: on the module path it may be nobody's. */
  static void require(String format, String dependency, String className)
      throws ExplainedException {
    try {
      Class<?> found = Class.forName(className, false, Decompression.class.getClassLoader());
      if (Decompression.class.getModule().canRead(found.getModule())) {
        return;
      }
    } catch (ClassNotFoundException e) {
      // Told below.
    }
    throw new ExplainedException(
        "the file is compressed with " + format + ", for which there is no library here",
        "add " + dependency + " to the program's dependencies, and as a module require it too");
  }

  private static final class Xz {
    static InputStream open(InputStream compressed) throws IOException {
      return new XZInputStream(compressed, XZ_MEMORY_KIB);
    }
  }

  private static final class Zstd {
    static InputStream open(InputStream compressed) throws IOException {
      return new ZstdInputStream(compressed);
    }
  }

  private static InputStream checked(InputStream plain) throws IOException {
    BufferedInputStream in =
        plain instanceof BufferedInputStream buffered
            ? buffered
            : new BufferedInputStream(plain, BUFFER);
    byte[] head = peek(in, TarReader.BLOCK);
    // Before POSIX, a header had nothing but its checksum to be known by.
    if (!startsWith(head, TAR_MAGIC_AT, 'u', 's', 't', 'a', 'r') && !TarHeader.isChecked(head)) {
      throw new ExplainedException(
          head.length == 0 ? "the file is empty" : "the file is no tar archive",
          Text.of(
              "a ",
              SpecField.ROOT,
              " file is a tar archive, plain or compressed with gzip, xz or zstd"));
    }
    return in;
  }

  private static byte[] peek(BufferedInputStream in, int count) throws IOException {
    in.mark(count);
    byte[] head = in.readNBytes(count);
    in.reset();
    return head;
  }

  private static boolean startsWith(byte[] head, int at, int... magic) {
    if (head.length < at + magic.length) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if ((head[at + i] & 0xff) != magic[i]) {
        return false;
      }
    }
    return true;
  }
}
