package io.nsrun.plan.facts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpperLayerProbeTest {
  @TempDir Path directory;

  private static String mountinfo(Path point, String type) {
    return "21 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        + ("30 21 0:30 / " + point + " rw,nosuid shared:1 - " + type + " x rw\n");
  }

  @ParameterizedTest
  @CsvSource({"overlay", "nfs4", "9p", "fuse.sshfs", "fuseblk", "vfat"})
  void thoseThatTakeNoLayerAreNamed(String type) throws IOException {
    Path state = directory.toRealPath().resolve("state");

    assertThat(UpperLayerProbe.unfit(state + "/containers/1", mountinfo(state.getParent(), type)))
        .isEqualTo(state + "/containers/1 is on " + type);
  }

  @ParameterizedTest
  @CsvSource({"ext4", "xfs", "btrfs", "tmpfs", "bcachefs"})
  void othersAreNot(String type) throws IOException {
    Path state = directory.toRealPath();

    assertThat(UpperLayerProbe.unfit(state.toString(), mountinfo(state, type))).isEmpty();
  }

  @Test
  void itIsWhereTheDirectoryReallyLies() throws IOException {
    Path real = Files.createDirectory(directory.toRealPath().resolve("real"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), real);

    assertThat(UpperLayerProbe.unfit(link + "/missing", mountinfo(real, "overlay"))).isNotEmpty();
    assertThat(UpperLayerProbe.unfit(real + "2", mountinfo(real, "overlay"))).isEmpty();
    assertThat(UpperLayerProbe.unfit("/", mountinfo(real, "overlay"))).isEmpty();
  }

  @Test
  void thisMachineIsAsked() throws IOException {
    assertThat(UpperLayerProbe.unfit("/dev/shm")).isEmpty();
  }
}
