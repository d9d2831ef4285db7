package io.nsrun.container;

import static io.nsrun.container.Setting.EPHEMERAL;
import static io.nsrun.container.Setting.FILE;
import static io.nsrun.container.Setting.TMPFS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Mounts of the host's directories and files, and of empty file systems. */
@ThroughBothDoors
class VolumeOptionsTest extends DoorTest {
  private static final Caller ANY = Caller.PLAIN;

  @ParameterizedTest
  @EnumSource
  void volumeIsTheDirectoryOfTheHost(Caller caller) throws IOException {
    Path host = Directories.fresh(caller);
    Files.writeString(host.resolve("in"), "from outside");

    Outcome result =
        run(sh(caller, "cat /data/in; echo from inside >/data/out").bind(host, "/data")).orFail();

    assertThat(result.out()).isEqualTo("from outside");
    assertThat(Files.readString(host.resolve("out"))).isEqualTo("from inside\n");
  }

  @ParameterizedTest
  @EnumSource
  void volumeMayBeReadOnlyWithAllThatIsMountedBelow(Caller caller) throws IOException {
    Path host = Directories.fresh(caller);
    try (HostMount below = HostMount.of(host.resolve("sub"), "-t", "tmpfs", "tmpfs")) {
      assertThat(below).isNotNull();

      Outcome result =
          run(sh(caller, "touch /data/a; touch /data/sub/b").bind(host, "/data", "ro"));

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

    assertThat(
            run(sh(ANY, "cat /new/place").with(EPHEMERAL, "true").bind(file, "/new/place"))
                .orFail()
                .out())
        .isEqualTo("content");
  }

  @Test
  void volumesAreMountedParentsFirst() throws IOException {
    Path parent = Directories.fresh(ANY);
    Path child = Directories.fresh(ANY);
    Files.createDirectory(parent.resolve("sub"));
    Rootfs.own(parent, ANY);
    Files.createFile(child.resolve("of-child"));
    Files.createFile(parent.resolve("of-parent"));

    Outcome result =
        run(sh(ANY, "ls /mnt /mnt/sub").bind(child, "/mnt/sub").bind(parent, "/mnt")).orFail();

    assertThat(result.lines())
        .containsExactly("/mnt:", "of-parent", "sub", "", "/mnt/sub:", "of-child");
  }

  @ParameterizedTest
  @EnumSource
  void tmpfsIsEmptyAndForgotten(Caller caller) {
    String script = "ls -A /etc; touch /etc/new; grep ' /etc ' /proc/mounts";

    String line = run(sh(caller, script).with(TMPFS, "/etc")).orFail().text();

    assertThat(line).startsWith("tmpfs /etc tmpfs rw,nosuid,nodev,noexec");
    assertThat(run(sh(caller, "ls /etc")).orFail().lines())
        .contains("passwd")
        .doesNotContain("new");
  }

  @ParameterizedTest
  @EnumSource
  void tmpfsHasTheRoomAskedFor(Caller caller) {
    Outcome result =
        run(
            sh(caller, "stat -c %a /mnt; dd if=/dev/zero of=/mnt/f bs=1k count=65")
                .with(TMPFS, "/mnt", "size=64k"));

    assertThat(result.text()).isEqualTo("1777");
    assertThat(result.err()).contains("No space left on device");
  }

  @ParameterizedTest
  @EnumSource
  void fileInMemoryIsThereToRead(Caller caller) {
    Outcome result =
        run(
            sh(caller, "cat /etc/app.conf; stat -c %a:%u:%g /etc/app.conf; echo >/etc/app.conf")
                .with(FILE, "/etc/app.conf", "key=1\n"));

    assertThat(result.lines()).containsExactly("key=1", "444:0:0");
    assertThat(result.err()).contains("/etc/app.conf: Read-only file system");
  }

  @Test
  void volumeMayHaveAColonInItsPath() throws IOException {
    Path host = Files.createDirectory(Directories.fresh(ANY).resolve("a:b"));
    Files.writeString(host.resolve("file"), "with a colon");

    assertThat(text(sh(ANY, "cat /data/file").bind(host, "/data"))).isEqualTo("with a colon");
  }

  @Test
  void tmpfsMayHoldPrograms() {
    String script = "cp /bin/busybox /mnt/true && /mnt/true";

    assertThat(run(sh(ANY, script).with(TMPFS, "/mnt")).code()).isEqualTo(126);
    assertThat(run(sh(ANY, script).with(TMPFS, "/mnt", "exec")).orFail().code()).isZero();
  }
}
