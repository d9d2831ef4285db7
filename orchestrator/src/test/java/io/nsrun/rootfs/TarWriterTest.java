package io.nsrun.rootfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;

/** Archives are read back by our own reader, and by that of Commons Compress. */
class TarWriterTest {
  private static byte[] archive(PackedFrames frames) throws IOException {
    TreeReader reader = frames.reader();
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    TarWriter tar = new TarWriter(archive);
    Map<Long, String> linked = new HashMap<>();
    for (TreeEntry entry = reader.next(); entry != null; entry = reader.next()) {
      String name = entry.path().isEmpty() ? "." : entry.path();
      String other = entry.again() ? linked.get(entry.inode()) : null;
      linked.put(entry.inode(), name);
      tar.add(name, entry, entry.xattrs(), other, reader);
    }
    tar.finish();
    return archive.toByteArray();
  }

  private static TarReader ours(byte[] archive) {
    return new TarReader(new ByteArrayInputStream(archive), 1L << 50);
  }

  private static TarArchiveInputStream theirs(byte[] archive) {
    return new TarArchiveInputStream(
        new ByteArrayInputStream(archive), StandardCharsets.ISO_8859_1.name());
  }

  private static String content(TarReader reader) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int n = reader.available(1 << 20); n > 0; n = reader.available(1 << 20)) {
      text.append(new String(reader.bytes(), reader.position(), n, StandardCharsets.ISO_8859_1));
      reader.consume(n);
    }
    return text.toString();
  }

  @Test
  void entriesAreMembers() throws IOException {
    byte[] archive =
        archive(
            new PackedFrames()
                .entry("", PackedFrames.DIRECTORY, 0)
                .entry("etc", 0041777, 0)
                .file("etc/passwd", "root")
                .link("etc/mtab", "/proc/mounts")
                .entry("null", 0020666, 0)
                .entry("disk", 0060600, 0)
                .entry("pipe", 0010600, 0)
                .finish());
    assertThat(archive.length % 512).isZero();
    TarReader reader = ours(archive);
    TarMember top = reader.next();
    assertThat(top.name()).isEqualTo("./");
    assertThat(top.kind()).isEqualTo(TarMember.Kind.DIRECTORY);
    TarMember etc = reader.next();
    assertThat(etc.name()).isEqualTo("etc/");
    assertThat(etc.mode()).isEqualTo(01777);
    TarMember passwd = reader.next();
    assertThat(passwd.name()).isEqualTo("etc/passwd");
    assertThat(passwd.uid()).isEqualTo(1000);
    assertThat(passwd.gid()).isEqualTo(3_000_000_000L);
    assertThat(passwd.seconds()).isEqualTo(1_700_000_000L);
    assertThat(passwd.nanos()).isEqualTo(5);
    assertThat(content(reader)).isEqualTo("root");
    assertThat(reader.next().link()).isEqualTo("/proc/mounts");
    assertThat(reader.next().kind()).isEqualTo(TarMember.Kind.DEVICE);
    assertThat(reader.next().kind()).isEqualTo(TarMember.Kind.DEVICE);
    assertThat(reader.next().kind()).isEqualTo(TarMember.Kind.FIFO);
    assertThat(reader.next()).isNull();
    try (TarArchiveInputStream in = theirs(archive)) {
      assertThat(in.getNextEntry().isDirectory()).isTrue();
      in.getNextEntry();
      TarArchiveEntry file = in.getNextEntry();
      assertThat(file.getName()).isEqualTo("etc/passwd");
      assertThat(file.getLongGroupId()).isEqualTo(3_000_000_000L);
      assertThat(in.readAllBytes()).asString().isEqualTo("root");
      assertThat(in.getNextEntry().getLinkName()).isEqualTo("/proc/mounts");
      TarArchiveEntry device = in.getNextEntry();
      assertThat(device.isCharacterDevice()).isTrue();
      assertThat(device.getDevMajor()).isEqualTo(1);
      assertThat(device.getDevMinor()).isEqualTo(3);
      assertThat(in.getNextEntry().isBlockDevice()).isTrue();
      assertThat(in.getNextEntry().isFIFO()).isTrue();
      assertThat(in.getNextEntry()).isNull();
    }
  }

  /** Of every length around what a header has room for, and what makes a record longer. */
  @Test
  void namesOfAnyLengthAndBytesComeBack() throws IOException {
    for (int length = 80; length < 130; length++) {
      String name = "\u00ff".repeat(length - 2) + "\nx";
      String target = "t".repeat(length) + "\u0080";
      byte[] archive =
          archive(
              new PackedFrames()
                  .entry("d/" + name, PackedFrames.DIRECTORY, 0)
                  .file("d/" + name + "/f", "content")
                  .link("d/link", target)
                  .finish());
      TarReader reader = ours(archive);
      assertThat(reader.next().name()).isEqualTo("d/" + name + "/");
      assertThat(reader.next().name()).isEqualTo("d/" + name + "/f");
      assertThat(content(reader)).isEqualTo("content");
      assertThat(reader.next().link()).isEqualTo(target);
      assertThat(reader.next()).isNull();
    }
    String longest = "x/".repeat(2047) + "y";
    TarReader reader = ours(archive(new PackedFrames().file(longest, "z").finish()));
    assertThat(reader.next().name()).isEqualTo(longest);
  }

  @Test
  void attributesComeBack() throws IOException {
    byte[] value = new byte[65536];
    value[7] = '\n';
    value[8] = '=';
    byte[] archive =
        archive(
            new PackedFrames()
                .entry("a", PackedFrames.FILE, 0)
                .xattr("security.capability", new byte[] {1, 0, 0, 2})
                .xattr("user.large", value)
                .finish());
    TarMember member = ours(archive).next();
    assertThat(member.xattrs().get("security.capability")).containsExactly(1, 0, 0, 2);
    assertThat(member.xattrs().get("user.large")).isEqualTo(value);
  }

  @Test
  void aFileToldAgainIsAHardLink() throws IOException {
    byte[] archive =
        archive(
            new PackedFrames()
                .entry("a", PackedFrames.FILE, 1, 9, false, "")
                .piece(0, 1)
                .data(0, "x")
                .entry("b", PackedFrames.FILE, 1, 9, true, "")
                .finish());
    TarReader reader = ours(archive);
    assertThat(reader.next().kind()).isEqualTo(TarMember.Kind.FILE);
    TarMember link = reader.next();
    assertThat(link.kind()).isEqualTo(TarMember.Kind.HARD_LINK);
    assertThat(link.link()).isEqualTo("a");
    assertThat(reader.next()).isNull();
  }

  @Test
  void largeHolesAreAMapAndSmallOnesZeroes() throws IOException {
    byte[] archive =
        archive(
            new PackedFrames()
                .entry("sparse", PackedFrames.FILE, 1L << 40)
                .piece(1 << 20, 4)
                .data(1 << 20, "abcd")
                .entry("dense", PackedFrames.FILE, 2048)
                .piece(1024, 4)
                .data(1024, "efgh")
                .entry("hole", PackedFrames.FILE, 1L << 33)
                .finish());
    assertThat(archive.length).isLessThan(16 << 10);
    TarReader reader = ours(archive);
    TarMember sparse = reader.next();
    assertThat(sparse.name()).isEqualTo("sparse");
    assertThat(sparse.realSize()).isEqualTo(1L << 40);
    assertThat(sparse.sparse().offset(0)).isEqualTo(1 << 20);
    assertThat(content(reader)).isEqualTo("abcd");
    TarMember dense = reader.next();
    assertThat(dense.sparse()).isNull();
    assertThat(content(reader)).isEqualTo("\0".repeat(1024) + "efgh" + "\0".repeat(1020));
    assertThat(reader.next().realSize()).isEqualTo(1L << 33);
    assertThat(reader.next()).isNull();
    // Commons Compress has sizes of holes in an int.
    byte[] smaller =
        archive(
            new PackedFrames()
                .entry("sparse", PackedFrames.FILE, 1 << 30)
                .piece(1 << 20, 4)
                .data(1 << 20, "abcd")
                .finish());
    try (TarArchiveInputStream in = theirs(smaller)) {
      TarArchiveEntry entry = in.getNextEntry();
      assertThat(entry.getName()).isEqualTo("sparse");
      assertThat(entry.getRealSize()).isEqualTo(1 << 30);
      assertThat(in.skip(1 << 20)).isEqualTo(1 << 20);
      assertThat(in.readNBytes(4)).asString().isEqualTo("abcd");
    }
  }

  @Test
  void theSameEntriesMakeTheSameBytes() throws IOException {
    PackedFrames frames =
        new PackedFrames()
            .entry("a", PackedFrames.FILE, 0)
            .xattr("user.b", new byte[1])
            .xattr("user.a", new byte[2])
            .finish();
    assertThat(archive(frames)).isEqualTo(archive(frames));
  }
}
