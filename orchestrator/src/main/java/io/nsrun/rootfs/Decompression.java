package io.nsrun.rootfs;

import io.nsrun.spec.ExplainedException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorInputStream;
import org.tukaani.xz.XZInputStream;

/** Finds out by its first bytes how an archive is compressed: names lie. */
final class Decompression {
  private static final int BUFFER = 1 << 16;

  /** The magic of a tar header, tar(5): "ustar" at byte 257, in both its POSIX and its GNU form. */
  private static final int TAR_MAGIC_AT = 257;

  private static final int XZ_MEMORY_KIB = 512 << 10;

  private Decompression() {}

  /**
   * The tar archive inside {@code compressed}.
   *
   * @throws ExplainedException if it is neither a tar archive nor a gzip, xz or zstd stream
   */
  static InputStream open(InputStream compressed) throws IOException {
    BufferedInputStream in = new BufferedInputStream(compressed, BUFFER);
    byte[] head = peek(in, TAR_MAGIC_AT + 5);
    if (startsWith(head, 0, 0x1f, 0x8b)) {
      return checked(new GZIPInputStream(in, BUFFER));
    }
    if (startsWith(head, 0, 0xfd, '7', 'z', 'X', 'Z', 0)) {
      return checked(new XZInputStream(in, XZ_MEMORY_KIB));
    }
    if (startsWith(head, 0, 0x28, 0xb5, 0x2f, 0xfd)) {
      NativeLibraries.keepPrivate();
      return checked(new ZstdCompressorInputStream(in));
    }
    return checked(in);
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
          "a ROOTFS file is a tar archive, plain or compressed with gzip, xz or zstd");
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
