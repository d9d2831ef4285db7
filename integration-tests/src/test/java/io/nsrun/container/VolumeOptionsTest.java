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
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Mounts of the host's directories and files, and of empty file systems. */
class VolumeOptionsTest extends ContainerTest {
  private static final Caller ANY = Caller.PLAIN;
  private static final String DATA = "grep ' /data ' /proc/mounts";

  @ParameterizedTest
  @EnumSource
  void volumeIsTheDirectoryOfTheHost(Caller caller) throws IOException {
    Path host = Directories.fresh(caller);
    Files.writeString(host.resolve("in"), "from outside");

    Result result =
        sh(caller, "cat /data/in; echo from inside >/data/out", "-v", host + ":/data").orFail();

    assertThat(result.out()).isEqualTo("from outside");
    assertThat(Files.readString(host.resolve("out"))).isEqualTo("from inside\n");
  }

  @ParameterizedTest
  @EnumSource
  void volumeMayBeReadOnlyWithAllThatIsMountedBelow(Caller caller) throws IOException {
    Path host = Directories.fresh(caller);
    try (HostMount below = HostMount.of(host.resolve("sub"), "-t", "tmpfs", "tmpfs")) {
      assertThat(below).isNotNull();

      Result result = sh(caller, "touch /data/a; touch /data/sub/b", "-v", host + ":/data:ro");

      assertThat(result.errors())
          .containsExactly(
              "touch: /data/a: Read-only file system", "touch: /data/sub/b: Read-only file system");
    }
    assertThat(host.resolve("a")).doesNotExist();
  }

  @Test
  void volumeMayBeAFile() throws IOException {
    Path file = Files.writeString(Directories.fresh(ANY).resolve("f"), "content");
    Rootfs.own(file, ANY);

    assertThat(sh(ANY, "cat /new/place", "--ephemeral", "-v", file + ":/new/place").orFail().out())
        .isEqualTo("content");
  }

  @Test
  void volumeOfARelativePathIsRelativeToTheWorkingDirectory() throws IOException {
    Path host = Directories.fresh(ANY);
    Files.createDirectory(host.resolve("dir"));
    Files.createFile(host.resolve("dir/here"));

    Result result =
        Nsrun.as(ANY).in(host).run("--volume=./dir:/mnt", "busybox", "ls", "/mnt").orFail();

    assertThat(result.text()).isEqualTo("here");
  }

  @Test
  void volumesAreMountedParentsFirst() throws IOException {
    Path parent = Directories.fresh(ANY);
    Path child = Directories.fresh(ANY);
    Files.createDirectory(parent.resolve("sub"));
    Rootfs.own(parent, ANY);
    Files.createFile(child.resolve("of-child"));
    Files.createFile(parent.resolve("of-parent"));

    Result result =
        sh(ANY, "ls /mnt /mnt/sub", "-v", child + ":/mnt/sub", "-v", parent + ":/mnt").orFail();

    assertThat(result.lines())
        .containsExactly("/mnt:", "of-parent", "sub", "", "/mnt/sub:", "of-child");
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
  @EnumSource
  void tmpfsIsEmptyAndForgotten(Caller caller) {
    String script = "ls -A /etc; touch /etc/new; grep ' /etc ' /proc/mounts";

    String line = sh(caller, script, "--tmpfs=/etc").orFail().text();

    assertThat(line).startsWith("tmpfs /etc tmpfs rw,nosuid,nodev,noexec");
    assertThat(sh(caller, "ls /etc").orFail().lines()).contains("passwd").doesNotContain("new");
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
  void tmpfsMayHoldPrograms() {
    String script = "cp /bin/busybox /mnt/true && /mnt/true";

    assertThat(sh(ANY, script, "--tmpfs=/mnt").code()).isEqualTo(126);
    assertThat(sh(ANY, script, "--tmpfs=/mnt:exec").orFail().code()).isZero();
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
