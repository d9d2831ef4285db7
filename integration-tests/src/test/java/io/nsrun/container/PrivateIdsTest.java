package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Containers of root have ids of their own, and yet files keep their owners. */
class PrivateIdsTest extends ContainerTest {
  private static final long FIRST = 0x7000_0000L;
  private static final long LAST = 0x7ffd_ffffL;
  private static final String READY = "echo ready; read -r go";

  @Test
  void processesOfTheContainerAreNobodyOutside() {
    try (Running running =
        Running.ready(nsrun(Caller.ROOT), "busybox", "sh", "-c", READY + "; echo")) {
      for (Proc proc : List.of(running.init(), running.command())) {
        for (String field : List.of("Uid", "Gid")) {
          for (String id : proc.status(field).split("\t", -1)) {
            assertThat(Long.parseLong(id)).as(proc + " " + field).isBetween(FIRST, LAST);
          }
        }
      }
      String[] map = running.command().read("uid_map").strip().split(" +", -1);
      assertThat(map).hasSize(3);
      assertThat(map[0]).isEqualTo("0");
      assertThat(Long.parseLong(map[1])).isEqualTo(base(running));
      assertThat(map[2]).isEqualTo("65536");
      assertThat(running.command().read("gid_map")).isEqualTo(running.command().read("uid_map"));
      running.endInput();
    }
  }

  private static long base(Running running) {
    return Long.parseLong(running.init().status("Uid").split("\t", -1)[0]);
  }

  @Test
  void twoContainersHaveNoIdInCommon() {
    try (Running one = Running.ready(nsrun(Caller.ROOT), "busybox", "sh", "-c", READY);
        Running two = Running.ready(nsrun(Caller.ROOT), "busybox", "sh", "-c", READY)) {
      assertThat(Math.abs(base(one) - base(two))).isGreaterThanOrEqualTo(65536);

      Result doctor = nsrun(Caller.ROOT).nsrun("doctor", "--format=json");
      assertThat(doctor.out())
          .contains(Long.toString(base(one)))
          .contains(Long.toString(base(two)));
      one.endInput();
      two.endInput();
    }
  }

  @Test
  void aRangeIsTakenForAllOfTheMachineWhateverTheHomeOfNsrun() {
    Nsrun one = nsrun(Caller.ROOT).env("NSRUN_HOME", Directories.fresh(Caller.ROOT).toString());
    try (Running running = Running.ready(one, "busybox", "sh", "-c", READY)) {
      Nsrun other = nsrun(Caller.ROOT).env("NSRUN_HOME", Directories.fresh(Caller.ROOT).toString());

      assertThat(other.nsrun("doctor", "--format=json").out())
          .contains(Long.toString(base(running)));
      running.endInput();
    }
  }

  @DependsOnJvm
  @Test
  void aRangeIsFreeAgainWhenTheContainerHasEndedAndWhenTheJvmWasKilled() {
    Path home = Directories.fresh(Caller.ROOT);
    Nsrun nsrun = nsrun(Caller.ROOT).env("NSRUN_HOME", home.toString());
    String base;
    try (Running running = Running.ready(nsrun, "busybox", "sh", "-c", READY)) {
      base = Long.toString(base(running));
      assertThat(inUse()).contains(base);
      Running.kill("KILL", running.jvm().pid());
      running.end();
    }
    assertThat(inUse()).doesNotContain(base);
    nsrun.run("busybox", "true").orFail();
    assertThat(home.toFile().list()).containsExactlyInAnyOrder("cache", "data");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aRangeIsNotFreeBeforeTheLastProcessIsGone(boolean monitorToo) {
    try (Running running = Running.ready(nsrun(Caller.ROOT), "busybox", "sh", "-c", READY)) {
      Proc init = running.init();
      Proc command = running.command();
      Proc monitor = running.monitor();
      String base = Long.toString(base(running));
      // Whoever is left to end the container can't yet.
      stop(monitor);
      Running.kill("KILL", running.jvm().pid());
      Await.until("the JVM is gone", () -> !running.process().isAlive());
      if (monitorToo) {
        stop(init);
        Running.kill("KILL", monitor.pid());
        Await.until("the monitor is gone", monitor::isGone);
      }

      assertThat(command.isGone()).isFalse();
      assertThat(inUse()).contains(base);
      Running.kill("CONT", (monitorToo ? init : monitor).pid());
      Await.until("the range is free", () -> !inUse().contains(base));
      assertThat(command.isGone()).isTrue();
    }
  }

  private static void stop(Proc process) {
    Running.kill("STOP", process.pid());
    Await.until("it is stopped", () -> process.state().equals("T"));
  }

  /** What doctor says of the pool: first ids, also of others' containers. */
  private static String inUse() {
    return nsrun(Caller.ROOT)
        .env("COLUMNS", "5000")
        .nsrun("doctor")
        .out()
        .replaceFirst("(?s).*4094 of 65536 ids from 1879048192; ", "")
        .replaceFirst("(?s)[;\n].*", "");
  }

  @Test
  void filesKeepTheirOwnersAndNewOnesBelongToWhoeverMadeThemInside() throws IOException {
    Path tree = Rootfs.tree(Caller.ROOT);
    Command.check(List.of("chown", "1000:2000", tree.resolve("etc/marker").toString()));
    // Only so does a root that is not id-mapped come as far as the command.
    Files.createDirectory(tree.resolve("data"));
    Map<String, String> before = owners(tree);
    Path data = Directories.fresh(Caller.ROOT);
    Command.check(List.of("chmod", "700", data.toString()));
    Files.writeString(data.resolve("in"), "secret");
    Command.check(List.of("chmod", "600", data.resolve("in").toString()));

    Result result =
        nsrun(Caller.ROOT)
            .run(
                "-v",
                data + ":/data",
                tree.toString(),
                "sh",
                "-c",
                "stat -c %u:%g /etc/marker /bin/sh; cat /data/in; echo; >/tmp/made; >/data/made;"
                    + " /bin/busybox chown 33:44 /data/made");

    assertThat(result.orFail().lines()).containsExactly("1000:2000", "0:0", "secret");
    assertThat(owner(tree.resolve("tmp/made"))).isEqualTo("0:0");
    assertThat(owner(data.resolve("made"))).isEqualTo("33:44");
    Map<String, String> after = owners(tree);
    after.keySet().retainAll(before.keySet());
    assertThat(after).isEqualTo(before);
  }

  private static Map<String, String> owners(Path tree) throws IOException {
    Map<String, String> owners = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(tree)) {
      for (Path path : walk.toList()) {
        owners.put(tree.relativize(path).toString(), owner(path));
      }
    }
    return owners;
  }

  private static String owner(Path path) throws IOException {
    return Files.getAttribute(path, "unix:uid") + ":" + Files.getAttribute(path, "unix:gid");
  }

  @Test
  void anEphemeralRootHasTheOwnersOfTheTreeBelow() throws IOException {
    Path tree = Rootfs.tree(Caller.ROOT);
    Command.check(List.of("chown", "1000:2000", tree.resolve("etc/marker").toString()));

    Result result =
        nsrun(Caller.ROOT)
            .run(
                "--ephemeral",
                tree.toString(),
                "sh",
                "-c",
                "echo more >>/etc/marker; stat -c %u:%g /etc/marker; >/etc/new");

    assertThat(result.orFail().text()).isEqualTo("1000:2000");
    assertThat(Files.readString(tree.resolve("etc/marker"))).isEqualTo("of the test");
    assertThat(tree.resolve("etc/new")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({"'', 0:0", ":idmap, 0:0", ":noidmap, 65534:65534"})
  void ownersInAVolumeAreTranslatedUnlessItSaysNoidmap(String option, String owner) {
    Path data = Directories.fresh(Caller.ROOT);

    assertThat(
            sh(Caller.ROOT, "stat -c %u:%g /data", "-v", data + ":/data" + option).orFail().text())
        .isEqualTo(owner);
    assertThat(
            sh(
                    Caller.ROOT,
                    "stat -c %u:%g /data",
                    "--mount=type=bind,src=" + data + ",dst=/data" + option.replace(':', ','))
                .orFail()
                .text())
        .isEqualTo(owner);
  }

  @Test
  void aVolumeMayBeIdMappedUnderMapsOfTheCallersOwn() {
    Path data = Directories.fresh(Caller.ROOT);
    String maps = "--uidmap=0:700000:1000";

    assertThat(
            sh(Caller.ROOT, "stat -c %u /data", maps, "-v", data + ":/data:idmap").orFail().text())
        .isEqualTo("0");
    assertThat(sh(Caller.ROOT, "stat -c %u /data", maps, "-v", data + ":/data").orFail().text())
        .isEqualTo("65534");
  }

  @Test
  void idmapNeedsRoot() {
    Path data = Directories.fresh(Caller.RANGED);

    Result result = sh(Caller.RANGED, "true", "-v", data + ":/data:idmap");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.err()).contains("/data can't be id-mapped: that needs root");
  }

  @Test
  void identityKeepsTheIdsOfTheHost() {
    Result result = sh(Caller.ROOT, "cat /proc/self/uid_map", "--userns=identity").orFail();

    assertThat(result.text().strip().split(" +", -1)).containsExactly("0", "0", "65536");
    assertThat(sh(Caller.PLAIN, "true", "--userns=identity").err())
        .contains("--userns: identity needs root");
  }

  @Test
  void aFileSystemThatCantBeIdMappedIsNamedWithAWayOut() {
    Result result = sh(Caller.ROOT, "true", "-v", "/proc:/mnt");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.errors().get(0)).contains("idmap_mount").contains("EINVAL");
    assertThat(result.errors().get(1))
        .contains("/proc is on proc, which can't have owners translated")
        .contains("-v /proc:DIR:noidmap")
        .contains("--userns=identity");
    sh(Caller.ROOT, "test -d /mnt/self", "-v", "/proc:/mnt:noidmap").orFail();
    sh(Caller.ROOT, "test -d /mnt/self", "-v", "/proc:/mnt", "--userns=identity").orFail();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--userns=auto", "--userns=identity"})
  void theContainersRootIsAStrangerToTheHostsFilesUnlessIdsAreTheSame(String userns)
      throws IOException {
    Path secret = Files.writeString(Directories.fresh(Caller.ROOT).resolve("secret"), "of root");
    Command.check(List.of("chmod", "600", secret.toString()));
    // Below /tmp the container has a file system of its own.
    Path bind = Path.of("/mnt");

    Result result =
        nsrun(Caller.ROOT)
            .run(
                userns,
                "-v",
                secret.getParent() + ":" + bind + ":noidmap",
                "--rootfs-host",
                "sh",
                "-c",
                "stat -c %u /etc/passwd; cat /mnt/secret");

    if (userns.endsWith("identity")) {
      assertThat(result.orFail().lines()).containsExactly("0", "of root");
    } else {
      assertThat(result.code()).as(result.err()).isEqualTo(1);
      assertThat(result.lines()).containsExactly("65534");
      assertThat(result.err()).contains("Permission denied");
    }
  }

  @Test
  void rootOfAUserNamespaceKeepsItsIdsAndSaysSo() {
    Result result =
        nsrun(Caller.ROOT)
            .through("unshare", "--user", "--map-root-user", "--mount", "--propagation=private")
            .nsrun("explain", "busybox", "true");

    assertThat(result.orFail().out().replaceAll("\\s+", " "))
        .contains(
            "started by root of a user namespace, which has no others to give: ids inside are the"
                + " same ids outside");
  }

  @Test
  void aRecordSaysWhichIdsTheContainerHad() throws IOException {
    Path home = Directories.fresh(Caller.ROOT);
    nsrun(Caller.ROOT)
        .env("NSRUN_HOME", home.toString())
        .run("--rm=false", "--name=kept", "busybox", "true");

    try (Stream<Path> files = Files.walk(home.resolve("state"))) {
      Path record = files.filter(file -> file.endsWith("record.json")).findFirst().orElseThrow();
      assertThat(Files.readString(record))
          .containsPattern("\"ids\",\"full\":true,\"value\":\"65536 ids from [0-9]{10}\"");
    }
  }

  private static Nsrun nsrun(Caller caller) {
    return Nsrun.as(caller);
  }
}
