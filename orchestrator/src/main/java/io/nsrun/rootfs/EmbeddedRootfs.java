package io.nsrun.rootfs;

import io.nsrun.spec.ExplainedException;
import io.nsrun.state.JarResource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The root filesystem that comes with nsrun: Debian's static busybox with all its applets. */
public final class EmbeddedRootfs {
  /** What a ROOTFS calls it. */
  public static final String NAME = "busybox";

  private static final String RESOURCE = "busybox.tar";
  private static final int HASH_DIGITS = 16;

  private EmbeddedRootfs() {}

  /**
   * The directory it is unpacked to, unpacked now if it is not there.
   *
   * @throws ExplainedException if it can't be read or written
   */
  public static Path locate(RootfsStore store) throws IOException {
    return store.unpack(NAME + "-" + hash(), new Resource());
  }

  private static String hash() throws IOException {
    byte[] line = read(RESOURCE + ".sha256");
    if (line.length < HASH_DIGITS) {
      throw new ExplainedException(
          "resource " + RESOURCE + ".sha256 is cut short", "build the jar again");
    }
    return new String(line, 0, HASH_DIGITS, StandardCharsets.US_ASCII);
  }

  private static byte[] read(String resource) throws IOException {
    String machine = JarResource.machine();
    byte[] content = JarResource.read("/io/nsrun/rootfs/" + machine + "/" + resource);
    if (content == null) {
      throw new ExplainedException(
          "this jar has no root filesystem for " + machine,
          "released jars have one for x86_64 and for aarch64; give a directory or an archive as"
              + " ROOTFS");
    }
    return content;
  }

  private static final class Resource implements RootfsStore.Archive {
    @Override
    public InputStream open() throws IOException {
      return new ByteArrayInputStream(read(RESOURCE));
    }

    @Override
    public long size() {
      return Long.MAX_VALUE; // our own: no bomb
    }

    @Override
    public String describe() {
      return "the embedded root filesystem";
    }
  }
}
