package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of the root filesystem, and what is at /proc. */
class RootOptionsTest extends ContainerTest {
  @ParameterizedTest
  @EnumSource
  void readOnlyKeepsTheCommandFromWriting(Caller caller) {
    Path root = Rootfs.tree(caller);

    Result result = Nsrun.as(caller).run("--read-only", root.toString(), "touch", "/new");

    assertThat(result.errors()).containsExactly("touch: /new: Read-only file system");
    assertThat(root.resolve("new")).doesNotExist();
    Nsrun.as(caller).run(root.toString(), "touch", "/new").orFail();
    assertThat(root.resolve("new")).exists();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--read-only", "--read-only=false"})
  void mountPointsThatAreMadeInADirectoryStayThereAndAreEmpty(String option) throws IOException {
    Path root = Rootfs.tree(Caller.PLAIN);
    Files.delete(root.resolve("proc"));
    String[] run = {option, "--tmpfs=/made/of/it", "-w", "/work", root.toString(), "true"};

    Nsrun.as(Caller.PLAIN).run("--ephemeral", "-w", "/work", root.toString(), "true").orFail();
    assertThat(root.resolve("proc")).doesNotExist();
    assertThat(root.resolve("work")).doesNotExist();

    Nsrun.as(Caller.PLAIN).run(run).orFail();
    for (String made : List.of("proc", "made/of/it", "work")) {
      assertThat(root.resolve(made)).isEmptyDirectory();
    }
    Nsrun.as(Caller.PLAIN).run(run).orFail();
  }

  @Test
  void mountPointMadeForAReadOnlyRootIsNotThereForOthers() {
    sh(Caller.PLAIN, "test -d /made/of/it", "--read-only", "--tmpfs=/made/of/it").orFail();

    sh(Caller.PLAIN, "test ! -e /made", "--read-only").orFail();
  }

  @Test
  void readOnlyLeavesWritableWhatIsMountedForIt() {
    sh(Caller.PLAIN, "touch /mnt/a /dev/shm/b", "--read-only", "--tmpfs=/mnt").orFail();
  }

  @ParameterizedTest
  @EnumSource
  void whatOneContainerPlantsInAStoredRootIsNotWhatTheNextOneRuns(Caller caller) {
    String planted =
        "rm /bin/true && printf '#!/bin/sh\necho planted\n' >/bin/true && chmod +x /bin/true";
    assertThat(
            Nsrun.as(caller).run("busybox", "sh", "-c", planted + " && /bin/true").orFail().text())
        .isEqualTo("planted");

    assertThat(Nsrun.as(caller).run("busybox", "/bin/true").orFail().text()).isEmpty();
  }

  @Test
  void storedRootThatIsToBeWrittenIsRefused() {
    Result result = Nsrun.as(Caller.PLAIN).run("--ephemeral=false", "busybox", "true");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.errors()).hasSize(1);
    assertThat(result.err()).contains("--ephemeral", "directory of your own");
  }

  @ParameterizedTest
  @EnumSource
  void ephemeralForgetsWhatWasWritten(Caller caller) throws IOException {
    Path root = Rootfs.tree(caller);
    String script = "echo changed >/etc/marker; >/new; cat /etc/marker";

    Result result =
        Nsrun.as(caller).run("--ephemeral", root.toString(), "sh", "-c", script).orFail();

    assertThat(result.text()).isEqualTo("changed");
    assertThat(root.resolve("new")).doesNotExist();
    assertThat(Files.readString(root.resolve("etc/marker"))).isEqualTo("of the test");
    Nsrun.as(caller).run(root.toString(), "sh", "-c", script).orFail();
    assertThat(root.resolve("new")).exists();
  }

  @Test
  void ephemeralHidesItsLayersFromTheContainer() {
    Result result = sh(Caller.PLAIN, "grep -c overlay /proc/mounts; ls /", "--ephemeral").orFail();

    assertThat(result.lines()).startsWith("1").contains("bin").doesNotContain("upper", "work");
  }

  @ParameterizedTest
  @EnumSource
  void rootfsHostShowsTheHostsFilesReadOnly(Caller caller) throws IOException {
    Path file = Files.writeString(caller.home().resolve("readable"), "of the host");
    // Below /tmp, which the container has a new one of.
    assertThat(file).startsWith(Path.of("/tmp"));

    Result result =
        Nsrun.as(caller)
            .run(
                "--rootfs-host",
                "sh",
                "-c",
                "cat /etc/os-release; >/etc/new; >/usr/new; ls -A /tmp /run; >/tmp/new && >/run/new");

    assertThat(result.out())
        .isEqualTo(Files.readString(Path.of("/etc/os-release")) + "/run:\n\n/tmp:\n");
    assertThat(result.errors()).hasSize(2).allMatch(line -> line.contains("Read-only"));
    assertThat(result.code()).isZero();
    assertThat(Path.of("/etc/new")).doesNotExist();
  }

  @ParameterizedTest
  @EnumSource
  void rootfsHostHasItsOwnProcAndDev(Caller caller) {
    Result result =
        Nsrun.as(caller)
            .run("--rootfs-host", "sh", "-c", "cat /proc/1/comm; ls /dev; id -u")
            .orFail();

    assertThat(result.lines()).startsWith("nsinit").endsWith("0").contains("null", "pts", "shm");
    assertThat(result.lines()).doesNotContain("mem", "kmsg", "loop0");
  }

  @Test
  void rootfsHostMayHaveVolumes() throws IOException {
    Path host = Directories.fresh(Caller.PLAIN);
    Files.createFile(host.resolve("in"));

    assertThat(
            Nsrun.as(Caller.PLAIN)
                .run("--rootfs-host", "-v", host + ":" + host, "-w", host.toString(), "ls")
                .orFail()
                .text())
        .isEqualTo("in");
  }

  @ParameterizedTest
  @EnumSource
  void procFreshShowsTheContainersProcessesAndBindTheHosts(Caller caller) {
    // By the reading shell itself: its number as /proc has it, and as its own namespace does.
    String script = "read -r seen rest </proc/self/stat; test $seen -eq $$";

    assertThat(sh(caller, script, "--proc=bind").code()).isEqualTo(1);
    assertThat(sh(caller, script, "--proc=fresh").orFail().code()).isZero();
  }

  @Test
  void procNoneLeavesItEmpty() {
    assertThat(sh(Caller.PLAIN, "ls -A /proc", "--proc=none").orFail().text()).isEmpty();
  }
}
