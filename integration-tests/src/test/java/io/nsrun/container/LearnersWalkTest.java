package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a learner of containers is shown first, one namespace after the other. */
class LearnersWalkTest {
  private static final List<String> NAMESPACES =
      List.of("cgroup", "ipc", "mnt", "net", "pid", "user", "uts");

  private Host before;

  @BeforeEach
  void remember() {
    before = Host.now();
  }

  @AfterEach
  void nothingIsLeft() {
    before.assertUnchanged();
  }

  @ParameterizedTest
  @EnumSource
  void utsNamespaceGivesEachContainerItsOwnRandomName(Caller caller) {
    String host = Command.check(List.of("hostname")).strip();

    String first = Nsrun.as(caller).run("busybox", "hostname").orFail().text();
    String second = Nsrun.as(caller).run("busybox", "hostname").orFail().text();

    assertThat(first).matches("[a-z]{10}");
    assertThat(second).matches("[a-z]{10}").isNotEqualTo(first);
    assertThat(Command.check(List.of("hostname")).strip()).isEqualTo(host);
  }

  @ParameterizedTest
  @EnumSource
  void utsNamespaceKeepsARenamingInside(Caller caller) {
    String host = Command.check(List.of("hostname")).strip();

    Result result =
        Nsrun.as(caller)
            .run("--cap-add=SYS_ADMIN", "busybox", "sh", "-c", "hostname renamed && hostname")
            .orFail();

    assertThat(result.text()).isEqualTo("renamed");
    assertThat(Command.check(List.of("hostname")).strip()).isEqualTo(host);
  }

  @ParameterizedTest
  @EnumSource
  void mountNamespaceShowsOnlyTheMountsOfTheContainer(Caller caller) {
    List<String> targets = new ArrayList<>();
    for (String line : Nsrun.as(caller).run("busybox", "mount").orFail().lines()) {
      targets.add(line.replaceAll("^.* on (\\S+) type .*$", "$1"));
    }

    assertThat(targets)
        .contains("/", "/proc", "/dev", "/dev/pts", "/dev/shm", "/dev/mqueue", "/sys")
        .allMatch(target -> target.matches("/|/(proc|sys|dev)(/.*)?|/etc/hosts"));
    assertThat(targets.stream().filter("/"::equals)).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void pivotRootLeavesNothingOfTheOldRoot(Caller caller) throws IOException {
    Path marker = Files.createTempFile("nsrun-marker-", "");
    try {
      Result result =
          Nsrun.as(caller)
              .run(
                  "busybox",
                  "sh",
                  "-c",
                  "find / -xdev -name '" + marker.getFileName() + "'; ls -a /")
              .orFail();

      assertThat(result.out()).doesNotContain(marker.getFileName().toString());
      assertThat(result.lines())
          .contains("bin", "dev", "etc", "proc", "root", "sys", "tmp")
          .doesNotContain("old_root", ".old_root", ".pivot_root", "put_old");
    } finally {
      Files.delete(marker);
    }
  }

  @ParameterizedTest
  @EnumSource
  void pidNamespaceHoldsNsinitAsPid1AndTheShellAndNothingElse(Caller caller) {
    // The shell's own process list: reading /proc needs no further process.
    Result result =
        Nsrun.as(caller)
            .run(
                "busybox",
                "sh",
                "-c",
                "cd /proc; for p in [0-9]*; do read -r name <$p/comm; echo $p $name; done")
            .orFail();

    assertThat(result.lines()).containsExactly("1 nsinit", "2 sh");
  }

  @ParameterizedTest
  @EnumSource
  void psInsideShowsNsinitAsPid1(Caller caller) {
    List<String> lines = Nsrun.as(caller).run("busybox", "ps").orFail().lines();

    assertThat(lines).hasSize(3);
    assertThat(lines.get(1)).matches(" +1 root +.*nsinit");
    assertThat(lines.get(2)).matches(" +2 root +.*ps");
  }

  @ParameterizedTest
  @EnumSource
  void ipcNamespaceIsEmpty(Caller caller) {
    String id = Command.check(List.of("ipcmk", "--shmem", "4096")).replaceAll("\\D+", "");
    try {
      List<String> entries = new ArrayList<>();
      for (String line : Nsrun.as(caller).run("--rootfs-host", "ipcs", "-a").orFail().lines()) {
        if (line.startsWith("0x")) {
          entries.add(line);
        }
      }
      assertThat(entries).isEmpty();
    } finally {
      Command.check(List.of("ipcrm", "--shmem-id", id));
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyNamespaceDiffersFromTheHosts(Caller caller) throws IOException {
    List<String> lines =
        Nsrun.as(caller)
            .run(
                "busybox",
                "sh",
                "-c",
                "for n in " + String.join(" ", NAMESPACES) + "; do readlink /proc/$$/ns/$n; done")
            .orFail()
            .lines();

    assertThat(lines).hasSize(NAMESPACES.size());
    for (int i = 0; i < lines.size(); i++) {
      String type = NAMESPACES.get(i);
      assertThat(lines.get(i))
          .startsWith(type + ":[")
          .isNotEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns", type)).toString());
    }
  }

  @ParameterizedTest
  @EnumSource
  void userNamespaceMapsRootInsideToTheCallerOutside(Caller caller) {
    Result result =
        Nsrun.as(caller).run("busybox", "sh", "-c", "id -u; cat /proc/self/uid_map").orFail();

    assertThat(result.lines().get(0)).isEqualTo("0");
    String[] first = result.lines().get(1).strip().split(" +");
    assertThat(first[0]).isEqualTo("0");
    if (caller.isRoot()) {
      assertThat(Long.parseLong(first[1])).isGreaterThanOrEqualTo(0x7000_0000L);
    } else {
      assertThat(first[1]).isEqualTo(Integer.toString(caller.uid()));
    }
    switch (caller) {
      case ROOT -> assertThat(first[2]).isEqualTo("65536");
      case PLAIN -> {
        assertThat(first[2]).isEqualTo("1");
        assertThat(result.lines()).hasSize(2);
      }
      case RANGED -> {
        assertThat(first[2]).isEqualTo("1");
        assertThat(result.lines().get(2).strip().split(" +"))
            .containsExactly("1", Integer.toString(caller.firstSubordinateUid()), "65536");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void fileMadeInsideBelongsOutsideToTheMappedId(Caller caller) throws IOException {
    Path directory = Directories.fresh(caller);

    Nsrun.as(caller).run("-v", directory + ":/data", "busybox", "touch", "/data/made").orFail();

    assertThat(Files.getAttribute(directory.resolve("made"), "unix:uid")).isEqualTo(caller.uid());
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "RANGED"})
  void fileOfAnotherUserInsideBelongsOutsideToTheMappedId(Caller caller) throws IOException {
    Path directory = Directories.fresh(caller);

    Nsrun.as(caller)
        .run(
            "-v",
            directory + ":/data",
            "busybox",
            "sh",
            "-c",
            ">/data/made; chown 1000:1000 /data/made")
        .orFail();

    int outside = caller.isRoot() ? 1000 : caller.firstSubordinateUid() + 999;
    assertThat(Files.getAttribute(directory.resolve("made"), "unix:uid")).isEqualTo(outside);
    Command.check(List.of("rm", directory.resolve("made").toString()));
  }

  @ParameterizedTest
  @EnumSource
  void networkNamespaceHasOnlyLoopbackAndItIsUp(Caller caller) {
    Result result =
        Nsrun.as(caller)
            .run(
                "busybox",
                "sh",
                "-c",
                "ls /sys/class/net; ip addr show lo; ping -c 1 -W 1 127.0.0.1")
            .orFail();

    assertThat(result.lines().get(0)).isEqualTo("lo");
    assertThat(result.lines().get(1)).contains("LOOPBACK", "UP").startsWith("1: lo");
    assertThat(result.out()).contains("inet 127.0.0.1/8").contains("1 packets received");
  }
}
