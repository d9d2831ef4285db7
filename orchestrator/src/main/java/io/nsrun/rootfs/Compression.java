package io.nsrun.rootfs;

import com.github.luben.zstd.ZstdOutputStream;
import io.nsrun.spec.ExplainedException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Compresses an archive as the end of its name says.
 *
 * <p>Whoever uses nsrun as a library may have no library for zstd; see {@link Decompression}.
 */
final class Compression {
  private static final int BUFFER = 1 << 16;

  private enum Format {
    NONE,
    GZIP,
    ZSTD
  }

  private final Format format;

  private Compression(Format format) {
    this.format = format;
  }

  /** None. */
  static Compression none() {
    return new Compression(Format.NONE);
  }

  /**
   * That of a name.
   *
   * @throws ExplainedException if no archive is called so, or there is no library for it
   */
  static Compression of(String name) throws ExplainedException {
    if (name.endsWith(".tar")) {
      return none();
    }
    if (name.endsWith(".tar.gz") || name.endsWith(".tgz")) {
      return new Compression(Format.GZIP);
    }
    if (name.endsWith(".tar.zst")) {
      Decompression.require(
          "zstd", "com.github.luben:zstd-jni", "com.github.luben.zstd.ZstdOutputStream");
      return new Compression(Format.ZSTD);
    }
    throw new ExplainedException(
        "nobody can tell how " + name + " is to be compressed",
        "the names of archives end with .tar, .tar.gz, .tgz or .tar.zst");
  }

  /** A stream that compresses; to be closed, which closes the other one too. */
  OutputStream open(OutputStream out) throws IOException {
    return switch (format) {
      case NONE -> out;
      case GZIP -> new GZIPOutputStream(out, BUFFER);
      case ZSTD -> {
        NativeLibraries.keepPrivate();
        yield Zstd.open(out);
      }
    };
  }

  private static final class Zstd {
    static OutputStream open(OutputStream out) throws IOException {
      return new ZstdOutputStream(out);
    }
  }
}
