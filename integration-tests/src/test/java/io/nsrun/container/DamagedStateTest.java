package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that nsrun keeps between runs, as a crash or a bad disk may leave them. */
class DamagedStateTest extends ContainerTest {
  private enum Damage {
    EMPTY,
    CUT,
    GARBAGE;

    byte[] of(byte[] content) {
      byte[] garbage = new byte[Math.max(content.length, 100)];
      new Random(1).nextBytes(garbage);
      return switch (this) {
        case EMPTY -> new byte[0];
        case CUT -> Arrays.copyOf(content, content.length / 2);
        case GARBAGE -> garbage;
      };
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ROOT, EMPTY",
    "ROOT, CUT",
    "ROOT, GARBAGE",
    "PLAIN, EMPTY",
    "PLAIN, CUT",
    "PLAIN, GARBAGE"
  })
  void damagedFilesOfNsrunStopNoContainer(Caller caller, Damage damage) throws IOException {
    Path home = Directories.fresh(caller);
    Nsrun nsrun = Nsrun.as(caller).env("NSRUN_HOME", home.toString());
    assertThat(nsrun.run("--name=kept", "--rm=false", "busybox", "true").code()).isZero();

    List<Path> files = files(home);
    for (Path file : files) {
      int mode = (Integer) Files.getAttribute(file, "unix:mode") & 07777;
      Files.write(file, damage.of(Files.readAllBytes(file)));
      assertThat((Integer) Files.getAttribute(file, "unix:mode") & 07777).isEqualTo(mode);
    }

    assertThat(files)
        .extracting(file -> file.getFileName().toString().replaceFirst("-[0-9a-f]+$", ""))
        .contains("nsinit", "record.json", "names.lock", ".lock");
    assertThat(nsrun.run("--name=new", "--rm=false", "busybox", "echo", "ran").text())
        .isEqualTo("ran");
    assertThat(nsrun.run("--name=kept", "busybox", "echo", "ran").orFail().text()).isEqualTo("ran");
  }

  /** All but the files of the root filesystem, which are not nsrun's to judge. */
  private static List<Path> files(Path home) throws IOException {
    try (Stream<Path> all = Files.walk(home)) {
      return all.filter(Files::isRegularFile)
          .filter(path -> !path.toString().contains("/rootfs/busybox"))
          .toList();
    }
  }
}
