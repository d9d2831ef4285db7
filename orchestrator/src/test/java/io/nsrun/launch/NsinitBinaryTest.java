package io.nsrun.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nsrun.state.FileStat;
import io.nsrun.state.StatePaths;
import io.nsrun.state.UnsafeDirectoryException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NsinitBinaryTest {
  private static final byte[] CONTENT = "#!/bin/true\nprogram\n".getBytes(StandardCharsets.UTF_8);
  private static final String HASH = "0123456789abcdef".repeat(4);
  private static final String NAME = "nsinit-0123456789abcdef";

  @TempDir Path base;
  private final NsinitBinary binary = new NsinitBinary(CONTENT, HASH);
  private int uid;
  private Path cache;

  @BeforeEach
  void whoAmI() throws IOException {
    uid = FileStat.of(base).uid();
    cache = base.resolve("home/cache");
  }

  private StatePaths paths() {
    return new StatePaths(Map.of("NSRUN_HOME", base + "/home"), uid);
  }

  private Path extracted() throws IOException {
    return binary.extract(paths());
  }

  private void assertIntact(Path file) throws IOException {
    assertThat(file).isEqualTo(cache.resolve(NAME)).hasBinaryContent(CONTENT);
    FileStat stat = FileStat.of(file);
    assertThat(stat.isRegularFile()).isTrue();
    assertThat(stat.permissions()).isEqualTo(0500);
    assertThat(stat.uid()).isEqualTo(uid);
    try (Stream<Path> files = Files.list(cache)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void theProgramIsPlacedForItsOwnerAloneInAPrivateDirectory() throws IOException {
    assertIntact(extracted());

    assertThat(FileStat.of(cache).permissions()).isEqualTo(0700);
  }

  @Test
  void anIntactCopyIsUsedAgainAsItIs() throws IOException {
    Path file = extracted();
    Object before = Files.getAttribute(file, "unix:ino");

    assertThat(extracted()).isEqualTo(file);

    assertThat(Files.getAttribute(file, "unix:ino")).isEqualTo(before);
  }

  @Test
  void aPlantedProgramIsReplaced() throws IOException {
    Path file = extracted();
    Files.delete(file);
    Files.writeString(file, "#!/bin/evil\nprogram\n");
    Files.setAttribute(file, "unix:mode", 0500);

    assertIntact(extracted());
  }

  @Test
  void aProgramOfTheSameSizeWithOneOtherByteIsReplaced() throws IOException {
    Path file = extracted();
    byte[] changed = CONTENT.clone();
    changed[changed.length - 1] ^= 1;
    Files.delete(file);
    Files.write(file, changed);
    Files.setAttribute(file, "unix:mode", 0500);

    assertIntact(extracted());
  }

  @Test
  void whatAWriterLeftThatWasKilledIsRemoved() throws IOException {
    extracted();
    Path left = Files.writeString(cache.resolve("." + NAME + "-0123456789abcdef"), "half");
    Files.delete(cache.resolve(NAME));

    extracted();

    assertThat(left).doesNotExist();
    assertThat(cache.toFile().list()).containsExactly(NAME);
  }

  @Test
  void aCopyCutShortByACrashIsReplaced() throws IOException {
    Path file = extracted();
    Files.delete(file);
    Files.write(file, new byte[0]);

    assertIntact(extracted());
  }

  @Test
  void aSymbolicLinkInItsPlaceIsReplacedAndWhatItPointsToIsUntouched() throws IOException {
    Path file = extracted();
    Path victim = Files.write(base.resolve("victim"), CONTENT);
    Files.delete(file);
    Files.createSymbolicLink(file, victim);

    assertIntact(extracted());

    assertThat(victim).hasBinaryContent(CONTENT);
    assertThat(FileStat.of(victim).permissions()).isNotEqualTo(0500);
  }

  @Test
  void aCopyThatOthersMayWriteToIsReplaced() throws IOException {
    Path file = extracted();
    Files.setAttribute(file, "unix:mode", 0522);

    assertIntact(extracted());
  }

  @Test
  void aCopyOfAnotherOwnerIsReplaced() throws IOException {
    assumeTrue(uid == 0, "only root can give a file away");
    Path file = extracted();
    Files.setAttribute(file, "unix:uid", 12345);

    assertIntact(extracted());
  }

  @Test
  void aCacheDirectoryOfSomebodyElseIsAnError() throws IOException {
    assumeTrue(uid == 0, "only root can give a directory away");
    extracted();
    Files.setAttribute(cache, "unix:uid", 12345);

    assertThatThrownBy(this::extracted).isInstanceOf(UnsafeDirectoryException.class);
  }

  @Test
  void aCacheDirectoryThatOthersMayWriteToIsAnError() throws IOException {
    extracted();
    Files.setAttribute(cache, "unix:mode", 0777);

    assertThatThrownBy(this::extracted).isInstanceOf(UnsafeDirectoryException.class);
  }

  @Test
  void aCacheDirectoryThatIsASymbolicLinkIsAnError() throws IOException {
    extracted();
    Path moved = Files.move(cache, base.resolve("moved"));
    Files.createSymbolicLink(cache, moved);

    assertThatThrownBy(this::extracted).isInstanceOf(UnsafeDirectoryException.class);
  }

  @Test
  void whereTheCacheCannotBeMadeTheRuntimeDirectoryIsUsed() throws IOException {
    Path blocked = Files.writeString(base.resolve("file"), "x");
    Path runtime = Files.createDirectory(base.resolve("run"));
    Files.setAttribute(runtime, "unix:mode", 0700);
    StatePaths paths =
        new StatePaths(
            Map.of("NSRUN_HOME", blocked.toString(), "XDG_RUNTIME_DIR", runtime.toString()), uid);

    assertThat(binary.extract(paths))
        .isEqualTo(runtime.resolve("nsrun").resolve(NAME))
        .hasBinaryContent(CONTENT);
  }

  @Test
  void aPlantedRuntimeDirectoryIsAnErrorAndNotPassedOver() throws IOException {
    Path blocked = Files.writeString(base.resolve("file"), "x");
    Path runtime = Files.createDirectory(base.resolve("run"));
    Files.setAttribute(runtime, "unix:mode", 0700);
    Files.createSymbolicLink(runtime.resolve("nsrun"), Path.of("/tmp"));
    StatePaths paths =
        new StatePaths(
            Map.of("NSRUN_HOME", blocked.toString(), "XDG_RUNTIME_DIR", runtime.toString()), uid);

    assertThatThrownBy(() -> binary.extract(paths)).isInstanceOf(UnsafeDirectoryException.class);
  }

  @Test
  void theJarCarriesAProgramForThisMachine() throws IOException {
    Path file = NsinitBinary.ofJar().extract(paths());

    byte[] magic = new byte[4];
    try (var in = Files.newInputStream(file)) {
      assertThat(in.readNBytes(magic, 0, 4)).isEqualTo(4);
    }
    assertThat(magic).containsExactly(0x7f, 'E', 'L', 'F');
  }
}
