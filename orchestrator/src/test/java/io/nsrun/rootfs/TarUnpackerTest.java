package io.nsrun.rootfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nsrun.spec.ExplainedException;
import io.nsrun.state.FileStat;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

class TarUnpackerTest {
  private static final UnpackLimits ROOMY = new UnpackLimits(1000, 1 << 20);

  @TempDir Path base;
  private Path root;
  private Path victim;
  private boolean privileged;

  @BeforeEach
  void layOut() throws IOException {
    root = Files.createDirectory(base.resolve("root"));
    Files.createDirectory(base.resolve("outside"));
    victim = Files.writeString(base.resolve("outside/victim"), "unharmed");
    privileged = FileStat.of(base).uid() == 0;
  }

  private void unpack(TarBuilder tar) throws IOException {
    unpack(tar.bytes());
  }

  private void unpack(byte[] archive) throws IOException {
    unpack(archive, ROOMY, privileged ? DirectoryTrees.ALL : DirectoryTrees.ONE);
  }

  private void unpack(byte[] archive, UnpackLimits limits, Owners owners) throws IOException {
    TarUnpacker unpacker = new TarUnpacker(limits, owners, new DirectoryTrees.Sink(root, owners));
    try {
      unpacker.unpack(new ByteArrayInputStream(archive));
    } catch (TreeException e) {
      HostileArchiveException hostile = unpacker.explain(e);
      throw hostile == null ? e : hostile;
    }
  }

  private void assertRefused(TarBuilder tar, String message) {
    assertThatThrownBy(() -> unpack(tar))
        .isInstanceOf(HostileArchiveException.class)
        .hasMessageContaining(message);
    assertUnharmed();
  }

  private void assertUnharmed() {
    assertThat(victim).hasContent("unharmed");
    assertThat(base.resolve("outside").toFile().list()).containsExactly("victim");
    assertThat(base.toFile().list()).containsExactlyInAnyOrder("root", "outside");
  }

  @Test
  void filesDirectoriesAndLinksComeOutAsTheyWentIn() throws IOException {
    unpack(
        new TarBuilder()
            .directory("etc", 0755)
            .file("etc/passwd", "root:x:0:0\n")
            .symbolicLink("etc/mtab", "/proc/mounts")
            .hardLink("etc/passwd-", "etc/passwd"));

    assertThat(root.resolve("etc/passwd")).hasContent("root:x:0:0\n");
    assertThat(Files.readSymbolicLink(root.resolve("etc/mtab"))).hasToString("/proc/mounts");
    assertThat(Files.getAttribute(root.resolve("etc/passwd-"), "unix:ino"))
        .isEqualTo(Files.getAttribute(root.resolve("etc/passwd"), "unix:ino"));
  }

  @Test
  void modesAndTimesAreKeptAndTheSetIdBitsToo() throws IOException {
    unpack(new TarBuilder().directory("tmp", 01777).file("bin/su", "x", 04755, 0, 0));

    assertThat(FileStat.of(root.resolve("tmp")).permissions()).isEqualTo(01777);
    assertThat(FileStat.of(root.resolve("bin/su")).permissions()).isEqualTo(04755);
    assertThat(Files.getLastModifiedTime(root.resolve("bin/su")).toMillis())
        .isEqualTo(1_000_000_000_000L);
  }

  @Test
  void rootKeepsTheOwnersOfTheArchive() throws IOException {
    assumeTrue(privileged, "needs CAP_CHOWN");
    unpack(new TarBuilder().file("home", "x", 0644, 1000, 100));

    assertThat(FileStat.of(root.resolve("home")).uid()).isEqualTo(1000);
    assertThat(Files.getAttribute(root.resolve("home"), "unix:gid")).isEqualTo(100);
  }

  @Test
  void othersOwnWhatTheyUnpack() throws IOException {
    byte[] tar = new TarBuilder().file("home", "x", 0644, 1000, 100).bytes();
    unpack(tar, ROOMY, DirectoryTrees.ONE);

    assertThat(FileStat.of(root.resolve("home")).uid()).isEqualTo(FileStat.of(base).uid());
  }

  @Test
  void aClosedDirectoryStillGetsItsFiles() throws IOException {
    unpack(new TarBuilder().directory("closed", 0555).file("closed/file", "x"));

    assertThat(root.resolve("closed/file")).exists();
    assertThat(FileStat.of(root.resolve("closed")).permissions()).isEqualTo(0555);
  }

  @Test
  void aDirectoryThatTheArchiveLeavesOutIsMadePassableForEverybody() throws IOException {
    unpack(new TarBuilder().file("usr/bin/tool", "x"));

    assertThat(FileStat.of(root.resolve("usr")).permissions()).isEqualTo(0755);
  }

  @Test
  void aTargetThatIsLongerThanAnyPathIsRefused() throws IOException {
    assertRefused(
        new TarBuilder().symbolicLink("l", "t".repeat(5_000)),
        "link 'l' has a target of 5000 bytes");
  }

  @Test
  void whatIsSaidAboutAllMembersIsShort() throws IOException {
    unpack(new TarBuilder().global("comment", "c".repeat(1000)).file("f", "x"));
    assertThat(root.resolve("f")).hasContent("x");

    assertRefused(
        new TarBuilder()
            .global("comment", "c".repeat(40_000))
            .global("comment", "d".repeat(40_000))
            .file("f", "x"),
        "global headers of");
  }

  @Test
  void attributesOfAllMembersAtOnceAreRefused() throws IOException {
    assertRefused(
        new TarBuilder().global("SCHILY.xattr.user.a", "v").file("f", "x"), "makes no sense");
  }

  @Test
  void attributesThatOverlayfsHeedsAreLeftOut() throws IOException {
    List<String> given = new ArrayList<>();
    Owners owners = privileged ? DirectoryTrees.ALL : DirectoryTrees.ONE;
    TreeSink sink =
        new DirectoryTrees.Sink(root, owners) {
          @Override
          public void xattr(String name, byte[] value) {
            given.add(name);
          }
        };
    String tooLong = "user." + "n".repeat(300_000);

    new TarUnpacker(ROOMY, owners, sink)
        .unpack(
            new TarBuilder()
                    .fileWith("a", "user.overlay.metacopy", "x")
                    .fileWith("b", "trusted.overlay.whiteout", "y")
                    .fileWith("c", tooLong, "x")
                    .fileWith("d", "user.mine", "x")
                    .stream());

    assertThat(given).containsExactly("user.mine");
  }

  @Test
  void aNameThatClimbsOutIsRefused() {
    assertThatThrownBy(() -> unpack(new TarBuilder().file("../outside/victim", "harm")))
        .isInstanceOf(HostileArchiveException.class)
        .hasMessage("member '../outside/victim' climbs out with '..'");
    assertUnharmed();
  }

  @Test
  void aNameThatClimbsOutHalfwayIsRefused() throws IOException {
    assertRefused(new TarBuilder().file("a/b/../../../outside/new", "harm"), "climbs out");
  }

  @Test
  void anAbsoluteNameLandsInside() throws IOException {
    unpack(new TarBuilder().file(victim.toString(), "harm"));

    assertUnharmed();
    assertThat(root.resolve(victim.toString().substring(1))).hasContent("harm");
  }

  @Test
  void aSymbolicLinkAsParentIsFollowedInsideOnly() throws IOException {
    unpack(new TarBuilder().symbolicLink("way", "../outside").file("way/victim", "harm"));

    assertUnharmed();
    assertThat(root.resolve("outside/victim")).hasContent("harm");
  }

  @Test
  void anAbsoluteSymbolicLinkAsParentStartsAtTheRoot() throws IOException {
    unpack(new TarBuilder().symbolicLink("way", base + "/outside").file("way/victim", "harm"));

    assertUnharmed();
  }

  @Test
  void aChainOfSymbolicLinksStaysInside() throws IOException {
    unpack(
        new TarBuilder()
            .directory("a", 0755)
            .symbolicLink("a/up", "..")
            .symbolicLink("b", "a/up/../../outside")
            .file("b/victim", "harm"));

    assertUnharmed();
  }

  @Test
  void aMergedUsrTreeUnpacksThroughItsLinks() throws IOException {
    unpack(
        new TarBuilder()
            .directory("usr/lib", 0755)
            .symbolicLink("lib", "usr/lib")
            .file("lib/libc.so", "x"));

    assertThat(root.resolve("usr/lib/libc.so")).hasContent("x");
  }

  @Test
  void symbolicLinksThatGoInCirclesAreRefused() throws IOException {
    assertRefused(
        new TarBuilder().symbolicLink("a", "b").symbolicLink("b", "a").file("a/file", "x"),
        "too many symbolic links");
  }

  @Test
  void aFileIsNotWrittenThroughALinkOfTheSameName() throws IOException {
    unpack(new TarBuilder().symbolicLink("file", victim.toString()).file("file", "harm"));

    assertUnharmed();
    assertThat(FileStat.of(root.resolve("file")).isRegularFile()).isTrue();
  }

  @Test
  void aDirectoryDoesNotTakeTheModeToWhatALinkPointsTo() throws IOException {
    int before = FileStat.of(base.resolve("outside")).permissions();
    unpack(new TarBuilder().symbolicLink("dir", base + "/outside").directory("dir", 0777));

    assertThat(FileStat.of(base.resolve("outside")).permissions()).isEqualTo(before);
    assertThat(FileStat.of(root.resolve("dir")).isDirectory()).isTrue();
  }

  @Test
  void aDirectoryThatALinkReplacesLaterDoesNotPassItsModeOn() throws IOException {
    int before = FileStat.of(base.resolve("outside")).permissions();
    unpack(new TarBuilder().directory("dir", 0711).symbolicLink("dir", base + "/outside"));

    assertThat(FileStat.of(base.resolve("outside")).permissions()).isEqualTo(before);
  }

  @Test
  void aHardLinkToOutsideIsRefused() throws IOException {
    assertRefused(new TarBuilder().hardLink("link", "../outside/victim"), "climbs out");
  }

  @Test
  void aHardLinkThroughASymbolicLinkToOutsideIsRefused() throws IOException {
    assertRefused(
        new TarBuilder().symbolicLink("way", base + "/outside").hardLink("link", "way/victim"),
        "no earlier file of the archive");
  }

  @Test
  void aHardLinkToAnAbsolutePathMeansOneInside() throws IOException {
    assertRefused(
        new TarBuilder().hardLink("link", victim.toString()), "no earlier file of the archive");
  }

  @Test
  void writingToAHardLinkOfASymbolicLinkDoesNotReachItsTarget() throws IOException {
    unpack(
        new TarBuilder()
            .symbolicLink("a", victim.toString())
            .hardLink("b", "a")
            .file("b", "harm")
            .file("a", "harm"));

    assertUnharmed();
  }

  @Test
  void aHardLinkToNothingIsRefused() throws IOException {
    assertRefused(new TarBuilder().hardLink("link", "nothing"), "no earlier file of the archive");
  }

  @Test
  void devicesAndFifosAreLeftOut() throws IOException {
    unpack(
        new TarBuilder()
            .special("null", TarConstants.LF_CHR)
            .special("sda", TarConstants.LF_BLK)
            .special("fifo", TarConstants.LF_FIFO)
            .file("file", "x"));

    assertThat(root.toFile().list()).containsExactly("file");
  }

  @Test
  void aDirectoryWithFilesIsNotReplacedByAFile() throws IOException {
    assertRefused(
        new TarBuilder().file("dir/file", "x").file("dir", "y"), "would replace a directory");
  }

  @Test
  void aFileIsNoParent() throws IOException {
    assertRefused(
        new TarBuilder().file("file", "x").file("file/below", "y"),
        "something that is no directory");
  }

  @Test
  void tooManyMembersAreRefused() throws IOException {
    TarBuilder tar = new TarBuilder();
    for (int i = 0; i < 11; i++) {
      tar.file("f" + i, "x");
    }
    byte[] archive = tar.bytes();

    assertThatThrownBy(() -> unpack(archive, new UnpackLimits(10, 1000), DirectoryTrees.ONE))
        .isInstanceOf(HostileArchiveException.class)
        .hasMessage("the archive has more than 10 members");
  }

  @Test
  void moreBytesThanTheLimitAreRefusedEvenIfSpreadOverFiles() throws IOException {
    byte[] archive = new TarBuilder().file("a", "x".repeat(600)).file("b", "x".repeat(600)).bytes();

    assertThatThrownBy(() -> unpack(archive, new UnpackLimits(10, 1000), DirectoryTrees.ONE))
        .isInstanceOf(HostileArchiveException.class)
        .hasMessage("the archive unpacks to more than 1000 bytes");
  }

  @Test
  void theLimitGrowsWithTheArchiveButNotWithoutEnd() {
    assertThat(UnpackLimits.forArchive(1000).bytes()).isEqualTo(1L << 30);
    assertThat(UnpackLimits.forArchive(50L << 20).bytes()).isEqualTo((50L << 20) * 200);
    assertThat(UnpackLimits.forArchive(Long.MAX_VALUE).bytes()).isEqualTo(64L << 30);
  }

  @Test
  void gzipXzAndZstdAreToldApartByTheirContent() throws IOException {
    byte[] tar = new TarBuilder().file("file", "content").bytes();
    ByteArrayOutputStream gzip = new ByteArrayOutputStream();
    write(new GZIPOutputStream(gzip), tar);
    ByteArrayOutputStream xz = new ByteArrayOutputStream();
    write(new XZOutputStream(xz, new LZMA2Options(1)), tar);
    ByteArrayOutputStream zstd = new ByteArrayOutputStream();
    write(new ZstdCompressorOutputStream(zstd), tar);

    for (ByteArrayOutputStream compressed : Arrays.asList(gzip, xz, zstd)) {
      unpack(compressed.toByteArray());
      assertThat(root.resolve("file")).hasContent("content");
      Files.delete(root.resolve("file"));
    }
  }

  private static void write(OutputStream out, byte[] bytes) throws IOException {
    try (out) {
      out.write(bytes);
    }
  }

  @Test
  void anArchiveCutShortAnywhereIsAnErrorAndNeverACrash() throws IOException {
    byte[] tar =
        new TarBuilder()
            .directory("d", 0755)
            .file("d/file", "x".repeat(1200))
            .file("e", "y")
            .bytes();
    for (int length = 0; length < 3000; length += 37) {
      byte[] part = Arrays.copyOf(tar, length);
      try {
        unpack(part);
      } catch (IOException e) {
        assertThat(e).hasMessageNotContaining("null");
      }
      Trees.delete(root);
      Files.createDirectory(root);
    }
    assertUnharmed();
  }

  @Test
  void anArchiveCutShortInAFileNamesTheFile() throws IOException {
    byte[] tar = new TarBuilder().file("file", "x".repeat(1200)).bytes();

    assertThatThrownBy(() -> unpack(Arrays.copyOf(tar, 1000)))
        .isInstanceOf(HostileArchiveException.class)
        .hasMessage("the archive ends in the middle of 'file'");
  }

  @Test
  void damagedHeadersAreErrorsAndNeverCrashes() throws IOException {
    byte[] tar = new TarBuilder().file("a", "x").symbolicLink("b", "c").bytes();
    java.util.Random random = new java.util.Random(7);
    for (int i = 0; i < 2000; i++) {
      byte[] damaged = tar.clone();
      for (int j = 0; j < 1 + i % 4; j++) {
        damaged[random.nextInt(1536)] = (byte) random.nextInt();
      }
      try {
        unpack(damaged);
      } catch (IOException e) {
        assertThat(e.getMessage()).isNotNull();
      }
      Trees.delete(root);
      Files.createDirectory(root);
    }
    assertUnharmed();
  }

  @Test
  void whatIsNoTarArchiveIsSaidSo() {
    assertThatThrownBy(() -> unpack("hello".getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
        .isInstanceOf(ExplainedException.class)
        .hasMessage("the file is no tar archive");
    assertThatThrownBy(() -> unpack(new byte[0]))
        .isInstanceOf(ExplainedException.class)
        .hasMessage("the file is empty");
  }
}
