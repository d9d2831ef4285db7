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

/** Which ids are inside, and whom files made inside belong to outside. */
class IdMapOptionsTest extends ContainerTest {
  private static final String MAPS = "cat /proc/self/uid_map; echo; cat /proc/self/gid_map";

  @ParameterizedTest
  @EnumSource
  void usernsPrivateHasOneId(Caller caller) throws IOException {
    Path host = Directories.fresh(caller);

    Result result =
        sh(
                caller,
                "wc -l </proc/self/uid_map; cat /proc/self/uid_map; id -u; >/data/made",
                "--userns=private",
                "-v",
                host + ":/data")
            .orFail();

    assertThat(result.lines().get(0)).isEqualTo("1");
    assertThat(fields(result.lines().get(1))).containsExactly(0L, (long) caller.uid(), 1L);
    assertThat(result.lines().get(2)).isEqualTo("0");
    assertOwner(host.resolve("made"), caller.uid());
  }

  @ParameterizedTest
  @EnumSource
  void usernsAutoIsTheDefault(Caller caller) {
    String map = sh(caller, MAPS, "--userns=auto").orFail().out();
    String otherwise = sh(caller, MAPS).orFail().out();

    if (caller.isRoot()) {
      // Each has ids of its own, out of the pool.
      String range = "(?:        +0 +1[89][0-9]{8}|        +0 +2[01][0-9]{8}) +65536\n";
      assertThat(map).matches(range + "\n" + range);
      assertThat(otherwise).matches(range + "\n" + range);
    } else {
      assertThat(otherwise).isEqualTo(map);
    }
  }

  @ParameterizedTest
  @EnumSource
  void usernsKeepIdRunsAsTheCaller(Caller caller) throws IOException {
    Path host = Directories.fresh(caller);

    Result result =
        sh(caller, "id -u; id -g; >/data/made", "--userns=keep-id", "-v", host + ":/data").orFail();

    String uid = Integer.toString(caller.uid());
    String gid = Command.check(List.of("id", "-g", caller.login())).strip();
    assertThat(result.lines()).containsExactly(uid, gid);
    assertOwner(host.resolve("made"), caller.uid());
    assertThat(sh(caller, "id -u", "--userns=keep-id", "-u", uid + ":" + gid).orFail().text())
        .isEqualTo(uid);
  }

  @Test
  void usernsKeepIdHasTheCallersRangeAround() throws IOException {
    Caller caller = Caller.RANGED;
    Path host = Directories.fresh(caller);

    Command.check(List.of("chmod", "777", host.toString()));
    sh(caller, ">/data/made", "--userns=keep-id", "-u", "0:0", "-v", host + ":/data").orFail();

    assertOwner(host.resolve("made"), caller.firstSubordinateUid());
    Command.check(List.of("rm", host.resolve("made").toString()));
  }

  @Test
  void rootMapsAnyIds() throws IOException {
    Path host = Directories.fresh(Caller.ROOT);
    Command.check(List.of("chmod", "777", host.toString()));

    Result result =
        sh(
                Caller.ROOT,
                MAPS + "; >/data/made; chown 5:7 /data/made; >/data/of-root",
                "--uidmap=0:700000:1000",
                "--gidmap=0:800000:500",
                "--gidmap=500:900000:500",
                "-v",
                host + ":/data")
            .orFail();

    assertThat(result.lines()).hasSize(4);
    assertThat(fields(result.lines().get(0))).containsExactly(0L, 700000L, 1000L);
    assertThat(fields(result.lines().get(2))).containsExactly(0L, 800000L, 500L);
    assertThat(fields(result.lines().get(3))).containsExactly(500L, 900000L, 500L);
    assertOwner(host.resolve("made"), 700005);
    assertThat(Files.getAttribute(host.resolve("made"), "unix:gid")).isEqualTo(800007);
    assertOwner(host.resolve("of-root"), 700000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--uidmap", "--gidmap"})
  void oneMapAloneIsTheOtherOneToo(String option) {
    List<String> lines = sh(Caller.ROOT, MAPS, option + "=0:700000:10").orFail().lines();

    assertThat(fields(lines.get(0))).containsExactly(0L, 700000L, 10L);
    assertThat(lines.get(2)).isEqualTo(lines.get(0));
  }

  @Test
  void rangedUserMapsIdsOfItsRange() throws IOException {
    Caller caller = Caller.RANGED;
    Path host = Directories.fresh(caller);
    int first = caller.firstSubordinateUid();
    String gid = Command.check(List.of("id", "-g", caller.login())).strip();

    Result result =
        sh(
                caller,
                MAPS + "; >/data/made; chown 42 /data/made",
                "--uidmap",
                "0:" + caller.uid() + ":1",
                "--uidmap",
                "42:" + (first + 100) + ":1",
                "--gidmap",
                "0:" + gid,
                "-v",
                host + ":/data")
            .orFail();

    assertThat(fields(result.lines().get(0))).containsExactly(0L, (long) caller.uid(), 1L);
    assertThat(fields(result.lines().get(1))).containsExactly(42L, first + 100L, 1L);
    assertThat(fields(result.lines().get(3))).containsExactly(0L, Long.parseLong(gid), 1L);
    assertOwner(host.resolve("made"), first + 100);
    Command.check(List.of("rm", host.resolve("made").toString()));
  }

  @Test
  void plainUserMapsItsOwnIdToAnyOther() throws IOException {
    Caller caller = Caller.PLAIN;
    Path host = Directories.fresh(caller);
    String gid = Command.check(List.of("id", "-g", caller.login())).strip();

    Result result =
        sh(
                caller,
                "id -u; id -g; >/data/made; cat /proc/self/setgroups",
                "--uidmap=77:" + caller.uid() + ":1",
                "--gidmap=88:" + gid + ":1",
                "--user=77:88",
                "-v",
                host + ":/data")
            .orFail();

    assertThat(result.lines()).containsExactly("77", "88", "deny");
    assertOwner(host.resolve("made"), caller.uid());
  }

  @Test
  void usernsHostGivesFilesToRootItself() throws IOException {
    Path host = Directories.fresh(Caller.ROOT);

    sh(Caller.ROOT, ">/data/made; chown 4711 /data/made", "--userns=host", "-v", host + ":/data")
        .orFail();

    assertOwner(host.resolve("made"), 4711);
  }

  @Test
  void userIsTheMappedIdOutside() throws IOException {
    Caller caller = Caller.RANGED;
    Path host = Directories.fresh(caller);
    Command.check(List.of("chmod", "777", host.toString()));

    sh(caller, ">/data/made", "-u", "1000", "-v", host + ":/data").orFail();

    assertOwner(host.resolve("made"), caller.firstSubordinateUid() + 999);
    Command.check(List.of("rm", host.resolve("made").toString()));
  }

  private static void assertOwner(Path file, int uid) throws IOException {
    assertThat(Files.getAttribute(file, "unix:uid")).as("owner of %s", file).isEqualTo(uid);
  }

  private static List<Long> fields(String line) {
    return List.of(line.strip().split(" +")).stream().map(Long::valueOf).toList();
  }
}
