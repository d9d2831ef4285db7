package io.nsrun.container;

import static io.nsrun.container.Setting.DIRECTORY;
import static io.nsrun.container.Setting.EPHEMERAL;
import static io.nsrun.container.Setting.PROC;
import static io.nsrun.container.Setting.READ_ONLY;
import static io.nsrun.container.Setting.TMPFS;
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
@ThroughBothDoors
class RootOptionsTest extends DoorTest {
  @ParameterizedTest
  @EnumSource
  void readOnlyKeepsTheCommandFromWriting(Caller caller) {
    Path root = Rootfs.tree(caller);

    Outcome result = run(in(caller, root, "touch", "/new").with(READ_ONLY, "true"));

    assertThat(result.errors()).containsExactly("touch: /new: Read-only file system");
    assertThat(root.resolve("new")).doesNotExist();
    run(in(caller, root, "touch", "/new")).orFail();
    assertThat(root.resolve("new")).exists();
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "false"})
  void mountPointsThatAreMadeInADirectoryStayThereAndAreEmpty(String readOnly) throws IOException {
    Path root = Rootfs.tree(Caller.PLAIN);
    Files.delete(root.resolve("proc"));
    Asked asked =
        in(Caller.PLAIN, root, "true")
            .with(READ_ONLY, readOnly)
            .with(TMPFS, "/made/of/it")
            .with(DIRECTORY, "/work");

    run(in(Caller.PLAIN, root, "true").with(EPHEMERAL, "true").with(DIRECTORY, "/work")).orFail();
    assertThat(root.resolve("proc")).doesNotExist();
    assertThat(root.resolve("work")).doesNotExist();

    run(asked).orFail();
    for (String made : List.of("proc", "made/of/it", "work")) {
      assertThat(root.resolve(made)).isEmptyDirectory();
    }
    run(asked).orFail();
  }

  @Test
  void mountPointMadeForAReadOnlyRootIsNotThereForOthers() {
    run(sh(Caller.PLAIN, "test -d /made/of/it").with(READ_ONLY, "true").with(TMPFS, "/made/of/it"))
        .orFail();

    run(sh(Caller.PLAIN, "test ! -e /made").with(READ_ONLY, "true")).orFail();
  }

  @Test
  void readOnlyLeavesWritableWhatIsMountedForIt() {
    run(sh(Caller.PLAIN, "touch /mnt/a /dev/shm/b").with(READ_ONLY, "true").with(TMPFS, "/mnt"))
        .orFail();
  }

  @ParameterizedTest
  @EnumSource
  void whatOneContainerPlantsInAStoredRootIsNotWhatTheNextOneRuns(Caller caller) {
    String planted =
        "rm /bin/true && printf '#!/bin/sh\necho planted\n' >/bin/true && chmod +x /bin/true";
    assertThat(run(sh(caller, planted + " && /bin/true")).orFail().text()).isEqualTo("planted");

    assertThat(run(busybox(caller, "/bin/true")).orFail().text()).isEmpty();
  }

  @Test
  void storedRootThatIsToBeWrittenIsRefused() {
    Outcome result = run(busybox(Caller.PLAIN, "true").with(EPHEMERAL, "false"));

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.told()).hasSize(1);
    assertThat(result.message())
        .contains(door.either("--ephemeral", "ephemeral(...)"), "directory of your own");
  }

  @ParameterizedTest
  @EnumSource
  void ephemeralForgetsWhatWasWritten(Caller caller) throws IOException {
    Path root = Rootfs.tree(caller);
    String script = "echo changed >/etc/marker; >/new; cat /etc/marker";

    Outcome result = run(shIn(caller, root, script).with(EPHEMERAL, "true")).orFail();

    assertThat(result.text()).isEqualTo("changed");
    assertThat(root.resolve("new")).doesNotExist();
    assertThat(Files.readString(root.resolve("etc/marker"))).isEqualTo("of the test");
    run(shIn(caller, root, script)).orFail();
    assertThat(root.resolve("new")).exists();
  }

  @Test
  void ephemeralHidesItsLayersFromTheContainer() {
    Outcome result =
        run(sh(Caller.PLAIN, "grep -c overlay /proc/mounts; ls /").with(EPHEMERAL, "true"))
            .orFail();

    assertThat(result.lines()).startsWith("1").contains("bin").doesNotContain("upper", "work");
  }

  @ParameterizedTest
  @EnumSource
  void rootfsHostShowsTheHostsFilesReadOnly(Caller caller) throws IOException {
    Path file = Files.writeString(caller.home().resolve("readable"), "of the host");
    // Below /tmp, which the container has a new one of.
    assertThat(file).startsWith(Path.of("/tmp"));

    Outcome result =
        run(
            Asked.of(caller)
                .script(
                    "cat /etc/os-release; >/etc/new; >/usr/new; ls -A /tmp /run; >/tmp/new && >/run/new")
                .hostRoot());

    assertThat(result.out())
        .isEqualTo(Files.readString(Path.of("/etc/os-release")) + "/run:\n\n/tmp:\n");
    assertThat(result.errors()).hasSize(2).allMatch(line -> line.contains("Read-only"));
    assertThat(result.code()).isZero();
    assertThat(Path.of("/etc/new")).doesNotExist();
  }

  @ParameterizedTest
  @EnumSource
  void rootfsHostHasItsOwnProcAndDev(Caller caller) {
    Outcome result =
        run(Asked.of(caller).script("cat /proc/1/comm; ls /dev; id -u").hostRoot()).orFail();

    assertThat(result.lines()).startsWith("nsinit").endsWith("0").contains("null", "pts", "shm");
    assertThat(result.lines()).doesNotContain("mem", "kmsg", "loop0");
  }

  @Test
  void rootfsHostMayHaveVolumes() throws IOException {
    Path host = Directories.fresh(Caller.PLAIN);
    Files.createFile(host.resolve("in"));

    assertThat(
            run(Asked.of(Caller.PLAIN)
                    .command("ls")
                    .hostRoot()
                    .bind(host, host.toString())
                    .with(DIRECTORY, host.toString()))
                .orFail()
                .text())
        .isEqualTo("in");
  }

  @ParameterizedTest
  @EnumSource
  void procFreshShowsTheContainersProcessesAndBindTheHosts(Caller caller) {
    // By the reading shell itself: its number as /proc has it, and as its own namespace does.
    String script = "read -r seen rest </proc/self/stat; test $seen -eq $$";

    assertThat(run(sh(caller, script).with(PROC, "bind")).code()).isEqualTo(1);
    assertThat(run(sh(caller, script).with(PROC, "fresh")).orFail().code()).isZero();
  }

  @Test
  void procNoneLeavesItEmpty() {
    assertThat(run(sh(Caller.PLAIN, "ls -A /proc").with(PROC, "none")).orFail().text()).isEmpty();
  }
}
