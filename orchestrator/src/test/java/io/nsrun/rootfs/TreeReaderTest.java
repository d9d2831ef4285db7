package io.nsrun.rootfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.control.ProtocolException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TreeReaderTest {
  private static String content(TreeReader reader) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int n = reader.available(); n > 0; n = reader.available()) {
      text.append('@').append(reader.offset()).append(' ');
      text.append(new String(reader.bytes(), reader.position(), n, StandardCharsets.ISO_8859_1));
      reader.consume(n);
    }
    return text.toString();
  }

  private static void readAll(PackedFrames frames) throws IOException {
    TreeReader reader = frames.reader();
    while (reader.next() != null) {
      content(reader);
    }
  }

  private static void assertSenseless(PackedFrames frames) {
    assertThatThrownBy(() -> readAll(frames)).isInstanceOf(ProtocolException.class);
  }

  @Test
  void entriesComeOutAsTheyWereTold() throws IOException {
    TreeReader reader =
        new PackedFrames()
            .entry("", PackedFrames.DIRECTORY, 40)
            .xattr("user.note", new byte[] {1, 0, 2})
            .file("a\u00e9", "hello")
            .link("l", "/etc/passwd")
            .entry("z", 0020600, 0)
            .finish()
            .reader();
    TreeEntry top = reader.next();
    assertThat(top.path()).isEmpty();
    assertThat(top.kind()).isEqualTo(TreeEntry.Kind.DIRECTORY);
    assertThat(top.xattrs().get("user.note")).containsExactly(1, 0, 2);
    assertThat(content(reader)).isEmpty();
    TreeEntry file = reader.next();
    assertThat(file.path()).isEqualTo("a\u00e9");
    assertThat(file.permissions()).isEqualTo(0644);
    assertThat(file.uid()).isEqualTo(1000);
    assertThat(file.gid()).isEqualTo(3_000_000_000L);
    assertThat(file.seconds()).isEqualTo(1_700_000_000L);
    assertThat(file.nanos()).isEqualTo(5);
    assertThat(file.size()).isEqualTo(5);
    assertThat(content(reader)).isEqualTo("@0 hello");
    assertThat(reader.next().target()).isEqualTo("/etc/passwd");
    TreeEntry device = reader.next();
    assertThat(device.kind()).isEqualTo(TreeEntry.Kind.CHARACTER_DEVICE);
    assertThat(device.major()).isEqualTo(1);
    assertThat(device.minor()).isEqualTo(3);
    assertThat(reader.next()).isNull();
  }

  @Test
  void contentThatNobodyWantsIsSkipped() throws IOException {
    TreeReader reader = new PackedFrames().file("a", "hello").file("b", "x").finish().reader();
    assertThat(reader.next().path()).isEqualTo("a");
    assertThat(reader.next().path()).isEqualTo("b");
    assertThat(content(reader)).isEqualTo("@0 x");
  }

  @Test
  void piecesSayWhereContentBelongs() throws IOException {
    TreeReader reader =
        new PackedFrames()
            .entry("sparse", PackedFrames.FILE, 1L << 40)
            .piece(10, 4)
            .piece(1L << 39, 2)
            .data(10, "ab")
            .data(12, "cd")
            .data(1L << 39, "ef")
            .changed()
            .finish()
            .reader();
    TreeEntry entry = reader.next();
    assertThat(entry.pieces().count()).isEqualTo(2);
    assertThat(entry.pieces().bytes()).isEqualTo(6);
    assertThat(content(reader)).isEqualTo("@10 ab@12 cd@549755813888 ef");
    assertThat(reader.changed()).isZero();
    assertThat(reader.next()).isNull();
    assertThat(reader.changed()).isEqualTo(1);
    assertThat(reader.firstChanged()).isEqualTo("sparse");
  }

  @Test
  void whatIsCutShortIsAnError() throws IOException {
    byte[] whole =
        new PackedFrames()
            .entry("", PackedFrames.DIRECTORY, 0)
            .xattr("user.x", new byte[3])
            .file("a", "hello")
            .changed()
            .finish()
            .bytes();
    for (int length = 0; length < whole.length; length++) {
      TreeReader reader = new TreeReader(new ByteArrayInputStream(Arrays.copyOf(whole, length)));
      assertThatThrownBy(
              () -> {
                while (reader.next() != null) {
                  content(reader);
                }
              })
          .isInstanceOf(EOFException.class);
    }
  }

  @Test
  void pathsThatLeadElsewhereAreRefused() {
    for (String path :
        new String[] {
          "..",
          "../x",
          "a/../b",
          "a/..",
          "/",
          "/etc",
          "a//b",
          "a/",
          ".",
          "./a",
          "a/.",
          "a\0b",
          "x".repeat(4096)
        }) {
      assertSenseless(new PackedFrames().file(path, "x").finish());
    }
  }

  @Test
  void namesWithDotsAreNames() throws IOException {
    readAll(new PackedFrames().file("...", "x").file("..a/.b/c..", "x").finish());
  }

  @Test
  void contentThatFitsNoPieceIsRefused() {
    assertSenseless(new PackedFrames().entry("a", PackedFrames.FILE, 5).data(0, "x").finish());
    assertSenseless(
        new PackedFrames().entry("a", PackedFrames.FILE, 5).piece(0, 5).data(1, "hell").finish());
    assertSenseless(
        new PackedFrames().entry("a", PackedFrames.FILE, 5).piece(0, 5).data(0, "hello!").finish());
    assertSenseless(
        new PackedFrames().entry("a", PackedFrames.FILE, 5).piece(0, 5).data(0, "").finish());
    assertSenseless(new PackedFrames().entry("a", PackedFrames.FILE, 5).piece(0, 5).finish());
  }

  @Test
  void piecesOutOfOrderAreRefused() {
    assertSenseless(new PackedFrames().entry("a", PackedFrames.FILE, 5).piece(0, 6).finish());
    assertSenseless(new PackedFrames().entry("a", PackedFrames.FILE, 5).piece(6, 1).finish());
    assertSenseless(new PackedFrames().entry("a", PackedFrames.FILE, 5).piece(0, 0).finish());
    assertSenseless(new PackedFrames().entry("a", PackedFrames.FILE, 5).piece(-1, 2).finish());
    assertSenseless(
        new PackedFrames().entry("a", PackedFrames.FILE, 5).piece(1, Long.MAX_VALUE).finish());
    assertSenseless(
        new PackedFrames().entry("a", PackedFrames.FILE, 9).piece(4, 2).piece(5, 1).finish());
    assertSenseless(new PackedFrames().entry("a", PackedFrames.DIRECTORY, 9).piece(0, 2).finish());
  }

  @Test
  void entriesThatMakeNoSenseAreRefused() {
    assertSenseless(new PackedFrames().entry("a", 0, 0).finish());
    assertSenseless(new PackedFrames().entry("a", 0300644, 0).finish());
    assertSenseless(new PackedFrames().entry("a", PackedFrames.FILE, -1).finish());
    assertSenseless(new PackedFrames().entry("a", PackedFrames.FILE, 0, 0, true, "").finish());
    assertSenseless(new PackedFrames().entry("a", PackedFrames.DIRECTORY, 0, 3, true, "").finish());
    assertSenseless(new PackedFrames().entry("a", PackedFrames.FILE, 0, 0, false, "b").finish());
    assertSenseless(new PackedFrames().link("a", "").finish());
    assertSenseless(new PackedFrames().link("a", "x".repeat(4096)).finish());
  }

  @Test
  void framesOfNoKindOrSizeAreRefused() {
    assertSenseless(new PackedFrames().head((256 << 10) + 1, 11));
    assertSenseless(new PackedFrames().head(0xffffffffL, 11));
    assertSenseless(new PackedFrames().head(0, 77));
    assertSenseless(new PackedFrames().head(3, 9).finish());
    assertSenseless(new PackedFrames().changed().finish());
    assertSenseless(new PackedFrames().file("a", "x").changed().changed().finish());
    assertSenseless(new PackedFrames().xattr("user.x", new byte[1]).finish());
  }

  @Test
  void attributesOfOneEntryHaveABound() throws IOException {
    PackedFrames frames = new PackedFrames().entry("a", PackedFrames.DIRECTORY, 0);
    for (int i = 0; i < 15; i++) {
      frames.xattr("user." + i, new byte[65536]);
    }
    readAll(new PackedFrames().entry("a", PackedFrames.DIRECTORY, 0).finish());
    frames.xattr("user.x", new byte[65536]).finish();
    assertSenseless(frames);
  }

  @Test
  void nothingComesAfterTheEnd() throws IOException {
    TreeReader reader = new PackedFrames().finish().file("a", "x").reader();
    assertThat(reader.next()).isNull();
    assertThatThrownBy(reader::next).isInstanceOf(ProtocolException.class);
  }
}
