package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Mounts by words that only the command line has: propagation, flags, the long form. */
class VolumeWordsTest extends ContainerTest {
  private static final Caller ANY = Caller.PLAIN;
  private static final String DATA = "grep ' /data ' /proc/mounts";

  @Test
  void volumeOfARelativePathIsRelativeToTheWorkingDirectory() throws IOException {
    Path host = Directories.fresh(ANY);
    Files.createDirectory(host.resolve("dir"));
    Files.createFile(host.resolve("dir/here"));

    Result result =
        Nsrun.as(ANY).in(host).run("--volume=./dir:/mnt", "busybox", "ls", "/mnt").orFail();

    assertThat(result.text()).isEqualTo("here");
  }

  @ParameterizedTest
  @CsvSource({
    "rw, true, true, false",
    "dev, true, false, false",
    "suid, false, true, false",
    "'suid,dev,noexec', false, false, true",
    "'nosuid,nodev,exec', true, true, false"
  })
  void volumeHasTheFlagsAskedFor(String options, boolean nosuid, boolean nodev, boolean noexec) {
    Path host = Directories.fresh(Caller.ROOT);
    // A mount of its own: that of the temporary files may have flags, which a volume keeps.
    try (HostMount plain = HostMount.of(host, "-t", "tmpfs", "tmpfs")) {
      assertThat(plain).isNotNull();
      String line = sh(Caller.ROOT, DATA, "-v", host + ":/data:" + options).orFail().text();

      assertThat(line.contains("nosuid")).as(line).isEqualTo(nosuid);
      assertThat(line.contains("nodev")).as(line).isEqualTo(nodev);
      assertThat(line.contains("noexec")).as(line).isEqualTo(noexec);
    }
  }

  @Test
  void bindLeavesOutWhatIsMountedBelow() {
    Path host = Directories.fresh(Caller.ROOT);
    try (HostMount below = HostMount.tmpfsWith(host.resolve("sub"), "below")) {
      assertThat(below).isNotNull();

      assertThat(volume(host, ":bind")).isEmpty();
      assertThat(volume(host, ":rbind")).isEqualTo("below");
      assertThat(volume(host, "")).isEqualTo("below");
    }
  }

  private static String volume(Path host, String options) {
    return Nsrun.as(Caller.ROOT)
        .run("-v", host + ":/data" + options, "busybox", "ls", "/data/sub")
        .orFail()
        .text();
  }

  @ParameterizedTest
  @CsvSource({"rslave, true", "slave, true", "rprivate, false", "private, false"})
  void mountsOfTheHostArriveIfTheVolumeIsASlave(String propagation, boolean arrives)
      throws IOException {
    Path host = Directories.fresh(ANY);
    try (HostMount shared = HostMount.of(host.resolve("s"), "-t", "tmpfs", "tmpfs")) {
      shared.make("shared");
      Process process =
          Nsrun.as(ANY)
              .start(
                  "run",
                  "-v",
                  host.resolve("s") + ":/data:" + propagation,
                  "busybox",
                  "sh",
                  "-c",
                  "echo ready; read -r go; ls /data/late");
      try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
        assertThat(out.readLine()).isEqualTo("ready");
        try (HostMount late = HostMount.tmpfsWith(host.resolve("s/late"), "arrived")) {
          assertThat(late).isNotNull();
          process.getOutputStream().write('\n');
          process.getOutputStream().close();
          assertThat(out.readLine()).isEqualTo(arrives ? "arrived" : null);
          assertThat(process.onExit().join().exitValue()).isZero();
        }
      }
    }
  }

  @Test
  void mountsOfTheContainerReachTheHostIfTheVolumeIsShared() throws IOException {
    Path host = Directories.fresh(Caller.ROOT).resolve("s");
    try (HostMount shared = HostMount.of(host, "-t", "tmpfs", "tmpfs")) {
      shared.make("shared");
      Files.createDirectory(host.resolve("sub"));
      String script = "mount -t tmpfs tmpfs /data/sub && touch /data/sub/made-inside";

      sh(Caller.ROOT, script, "--cap-add=SYS_ADMIN", "-v", host + ":/data").orFail();
      assertThat(host.resolve("sub/made-inside")).doesNotExist();

      sh(Caller.ROOT, script, "--cap-add=SYS_ADMIN", "-v", host + ":/data:rshared").orFail();
      assertThat(host.resolve("sub/made-inside")).exists();
    }
  }

  @Test
  void mountBindsAsVolumeDoes() throws IOException {
    Path host = Directories.fresh(ANY);
    Files.createFile(host.resolve("in"));

    Result result =
        sh(
            ANY,
            "ls /data /rw; touch /data/new; touch /rw/out",
            "--ephemeral",
            "--mount",
            "type=bind,src=" + host + ",dst=/data,readonly",
            "--mount=type=bind,source=" + host + ",target=/rw");

    assertThat(result.lines()).containsExactly("/data:", "in", "", "/rw:", "in");
    assertThat(result.errors()).containsExactly("touch: /data/new: Read-only file system");
    assertThat(host.resolve("out")).exists();
  }

  @Test
  void mountMayBeNotRecursive() {
    Path host = Directories.fresh(Caller.ROOT);
    try (HostMount below = HostMount.tmpfsWith(host.resolve("sub"), "below")) {
      assertThat(below).isNotNull();
      String mount = "type=bind,src=" + host + ",dst=/data";

      assertThat(sh(Caller.ROOT, "ls /data/sub", "--mount", mount).orFail().text())
          .isEqualTo("below");
      assertThat(
              sh(Caller.ROOT, "ls /data/sub", "--mount", mount + ",bind-recursive=disabled")
                  .orFail()
                  .text())
          .isEmpty();
    }
  }

  @Test
  void mountMakesATmpfs() {
    String mount = "type=tmpfs,dst=/mnt,tmpfs-size=1m,tmpfs-mode=700";

    assertThat(
            sh(ANY, "stat -c %a /mnt; grep ' /mnt ' /proc/mounts", "--mount", mount).orFail().out())
        .startsWith("700\ntmpfs /mnt tmpfs rw,")
        .contains("size=1024k");
  }

  @ParameterizedTest
  @ValueSource(strings = {"size=64k,mode=0700", "mode=700,size=64K,rw"})
  void tmpfsHasTheSizeAndModeAskedFor(String options) {
    Result result =
        sh(
            ANY,
            "stat -c %a /mnt; dd if=/dev/zero of=/mnt/f bs=1k count=65",
            "--tmpfs",
            "/mnt:" + options);

    assertThat(result.text()).isEqualTo("700");
    assertThat(result.err()).contains("No space left on device");
  }

  @ParameterizedTest
  @CsvSource({
    "rw, 'rw,nosuid,nodev,noexec,'",
    "ro, 'ro,nosuid,nodev,noexec,'",
    "exec, 'rw,nosuid,nodev,relatime'",
    "suid, 'rw,nodev,noexec,'",
    "dev, 'rw,nosuid,noexec,'",
    "'suid,dev,exec', 'rw,relatime'"
  })
  void tmpfsHasTheFlagsAskedForInBothForms(String options, String flags) {
    String script = "grep ' /mnt ' /proc/mounts";

    assertThat(sh(ANY, script, "--tmpfs=/mnt:" + options).orFail().text())
        .startsWith("tmpfs /mnt tmpfs " + flags);
    assertThat(sh(ANY, script, "--mount=type=tmpfs,dst=/mnt," + options).orFail().text())
        .startsWith("tmpfs /mnt tmpfs " + flags);
  }

  @Test
  void aPathWithAColonIsMountedAsItsRefusalSays() throws IOException {
    Path host = Files.createDirectory(Directories.fresh(ANY).resolve("a:b"));
    Files.writeString(host.resolve("file"), "with a colon");

    Result refused = sh(ANY, "cat /data/file", "--volume=" + host + ":/data");
    Result mounted =
        sh(ANY, "cat /data/file", "--mount=type=bind,source=" + host + ",target=/data");

    assertThat(refused.code()).isEqualTo(125);
    assertThat(refused.err()).contains("needs --mount type=bind,source=...,target=...");
    assertThat(mounted.orFail().text()).isEqualTo("with a colon");
  }
}
