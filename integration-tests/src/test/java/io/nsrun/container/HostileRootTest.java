package io.nsrun.container;

import static io.nsrun.container.Setting.DIRECTORY;
import static io.nsrun.container.Setting.EPHEMERAL;
import static io.nsrun.container.Setting.TERMINAL_IF_ANY;
import static io.nsrun.container.Setting.TMPFS;
import static io.nsrun.container.Setting.USER;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Root filesystems made to lead nsrun astray: to a directory of the host that it must not touch.
 * Public escapes of other runtimes worked so; the verdict is the state of that directory.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ThroughBothDoors
class HostileRootTest extends DoorTest {
  private Path victim;

  /** Everything of the victim that a container could have changed. */
  private List<String> state;

  @BeforeEach
  void makeVictim() throws IOException {
    // The worst case: the caller himself may write there, so only nsrun can prevent it.
    victim = Directories.fresh(Caller.ROOT);
    Files.writeString(victim.resolve("passwd"), "victim:x:0:0::/:/bin/sh\n");
    Files.writeString(victim.resolve("group"), "victim:x:0:\n");
    Files.writeString(victim.resolve("file"), "precious");
    for (String directory : List.of("pts", "shm", "fd", "self")) {
      Files.createDirectory(victim.resolve(directory));
    }
    Command.check(List.of("chmod", "-R", "a+rwX", victim.toString()));
    state = stateOf(victim);
  }

  static Stream<Arguments> linksAndCallers() {
    return Stream.of("proc", "sys", "dev", "etc", "tmp", "root", "dev/pts", "dev/shm")
        .flatMap(
            path -> Stream.of(Arguments.of(path, Caller.ROOT), Arguments.of(path, Caller.PLAIN)));
  }

  @ParameterizedTest
  @MethodSource("linksAndCallers")
  void directoryThatIsALinkLeadsNowhere(String path, Caller caller) throws IOException {
    for (Path target : List.of(victim, upwards(victim))) {
      Path tree = Rootfs.tree(caller);
      link(tree.resolve(path), target);
      Rootfs.own(tree, caller);

      String script = "echo x >/dev/written; echo x >/tmp/written; echo x >/" + path + "/written";
      Outcome outcome =
          run(
              shIn(caller, tree, script)
                  .with(TMPFS, "/tmp")
                  .with(EPHEMERAL, "false")
                  .with(TERMINAL_IF_ANY));

      assertThat(stateOf(victim)).as("%s -> %s: %s", path, target, outcome).isEqualTo(state);
    }
  }

  @ParameterizedTest
  @CsvSource({"ROOT, proc", "ROOT, sys", "PLAIN, proc", "PLAIN, sys"})
  void linkInPlaceOfProcOrSysIsRefusedByName(Caller caller, String path) throws IOException {
    Path tree = Rootfs.tree(caller);
    link(tree.resolve(path), Path.of("/tmp"));

    Outcome outcome = run(in(caller, tree, "true"));

    assertThat(outcome.code()).isEqualTo(125);
    assertThat(outcome.told().get(0)).contains("mount /" + path, "ELOOP");
  }

  static Stream<Arguments> devicesAndCallers() {
    return Stream.of("null", "zero", "tty", "console", "ptmx", "stdin")
        .flatMap(
            name -> Stream.of(Arguments.of(name, Caller.ROOT), Arguments.of(name, Caller.PLAIN)));
  }

  @ParameterizedTest
  @MethodSource("devicesAndCallers")
  void deviceThatIsALinkLeadsNowhere(String name, Caller caller) throws IOException {
    // What is there could be written to, what is not be made.
    for (String target : List.of("file", "none")) {
      Path tree = Rootfs.tree(caller);
      link(tree.resolve("dev").resolve(name), victim.resolve(target));
      Rootfs.own(tree, caller);

      Outcome outcome =
          run(shIn(caller, tree, "echo overwritten >/dev/" + name).with(TERMINAL_IF_ANY));

      assertThat(stateOf(victim)).as("%s: %s", target, outcome).isEqualTo(state);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void mountTargetBehindALinkIsMadeInside(Caller caller) throws IOException {
    Path shared = Directories.fresh(caller);
    Files.writeString(shared.resolve("mounted"), "");
    for (Path target : List.of(victim, upwards(victim))) {
      Path tree = Rootfs.tree(caller);
      link(tree.resolve("data"), target);
      Rootfs.own(tree, caller);
      for (Asked asked :
          List.of(
              in(caller, tree, "true").bind(shared, "/data/new"),
              in(caller, tree, "true").bind(shared.resolve("mounted"), "/data/file"),
              in(caller, tree, "true").with(TMPFS, "/data/new/deep"),
              in(caller, tree, "true").with(DIRECTORY, "/data/new/deep"))) {
        Outcome outcome = run(asked);

        assertThat(stateOf(victim)).as(asked.settings() + " " + outcome).isEqualTo(state);
        assertThat(outcome.code()).isIn(0, 125);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void usersAreNotReadThroughALinkToTheHost(Caller caller) throws IOException {
    for (Path target : List.of(victim.resolve("passwd"), upwards(victim.resolve("passwd")))) {
      Path tree = Rootfs.tree(caller);
      link(tree.resolve("etc/passwd"), target);

      Outcome outcome = run(in(caller, tree, "true").with(USER, "victim"));

      assertThat(outcome.code()).isEqualTo(125);
      assertThat(outcome.message()).contains("victim");
    }
  }

  @ParameterizedTest
  @CsvSource({"ROOT, passwd", "ROOT, group", "PLAIN, passwd", "PLAIN, group"})
  void userDatabaseThatIsAPipeIsRefusedAtOnce(Caller caller, String name) throws IOException {
    Path tree = Rootfs.tree(caller);
    Path file = tree.resolve("etc").resolve(name);
    Files.delete(file);
    Command.check(List.of("mkfifo", "-m", "666", file.toString()));

    Outcome outcome = run(in(caller, tree, "true").with(USER, "root"));

    assertThat(outcome.code()).isEqualTo(125);
    assertThat(outcome.told().get(0)).contains("/etc/" + name, "no regular file");
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void userDatabaseThatIsNoFileIsNotEvenOpened(Caller caller) throws Exception {
    Path tree = Rootfs.tree(caller);
    Path pipe = tree.resolve("etc/passwd");
    Files.delete(pipe);
    Command.check(List.of("mkfifo", "-m", "666", pipe.toString()));
    // Whoever opens the pipe to read lets the first writer go on, whose word is lost then.
    Process writers =
        new ProcessBuilder(
                "sh", "-c", "echo first >\"$1\"; echo second >\"$1\"", "sh", pipe.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      Outcome outcome = run(in(caller, tree, "true").with(USER, "root"));

      assertThat(outcome.told().get(0)).contains("/etc/passwd", "no regular file");
      try (BufferedReader reader = Files.newBufferedReader(pipe)) {
        assertThat(reader.readLine()).isEqualTo("first");
      }
    } finally {
      writers.destroyForcibly().waitFor();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void userDatabaseWithALeaseIsToldAtOnce(Caller caller) throws IOException {
    Path tree = Rootfs.tree(caller);
    Asked holder =
        busybox(caller, "/probe", "lease", "/tree/etc/passwd").tool("probe").bind(tree, "/tree");
    try (Live lessee = door.start(holder).ready()) {
      assertThat(lessee).isNotNull();

      Outcome outcome = run(in(caller, tree, "true").with(USER, "root"));

      assertThat(outcome.code()).isEqualTo(125);
      assertThat(outcome.told().get(0))
          .contains("can't read /etc/passwd of the root filesystem: somebody holds a lease on it");
    }
    run(in(caller, tree, "true").with(USER, "root")).orFail();
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  @Timeout(value = 15, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aUserInAllGroupsThatAFileHasRoomForIsToldAtOnce(Caller caller) throws IOException {
    Path tree = Rootfs.tree(caller);
    StringBuilder groups = new StringBuilder();
    for (int i = 1; i <= 69_000; i++) {
      groups.append("g:x:").append(i).append(":u\n");
    }
    Files.writeString(tree.resolve("etc/group"), groups);
    Files.writeString(tree.resolve("etc/passwd"), "u:x:0:0::/:/bin/sh\n");

    Outcome outcome = run(in(caller, tree, "true").with(USER, "u"));

    assertThat(outcome.code()).isEqualTo(125);
    assertThat(outcome.message()).contains("in 69000 groups", "at most 256", "USER:GROUP");
    run(in(caller, tree, "true").with(USER, "u:0")).orFail();
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void userDatabaseOfMoreThanAMebibyteIsRefused(Caller caller) throws IOException {
    Path tree = Rootfs.tree(caller);
    Files.write(tree.resolve("etc/group"), new byte[(1 << 20) + 1]);

    Outcome outcome = run(in(caller, tree, "true").with(USER, "root"));

    assertThat(outcome.code()).isEqualTo(125);
    assertThat(outcome.told().get(0)).contains("/etc/group", "1 MiB");
  }

  @Test
  void deviceNodeInARootCantBeOpened() throws IOException {
    Path tree = Rootfs.tree(Caller.ROOT);
    // A mount of its own: on that of the temporary files, devices may be dead for everybody.
    Path lively = tree.resolve("lively");
    try (HostMount mount = HostMount.of(lively, "-t", "tmpfs", "tmpfs")) {
      assertThat(mount).isNotNull();
      Command.check(
          List.of("mknod", "-m", "666", lively.resolve("zero").toString(), "c", "1", "5"));
      Command.check(List.of("head", "-c", "1", lively.resolve("zero").toString()));

      Outcome outcome =
          run(in(Caller.ROOT, tree, "busybox", "dd", "if=/lively/zero", "of=/copy", "count=1"));

      assertThat(outcome.code()).isNotZero();
      assertThat(outcome.err()).contains("/lively/zero");
      assertThat(tree.resolve("copy")).doesNotExist();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "RANGED"})
  void setuidProgramInARootGivesNothing(Caller caller) throws IOException {
    Path tree = Rootfs.tree(caller);
    Files.copy(Tools.path("probe"), tree.resolve("probe"));
    Rootfs.own(tree, caller);
    Command.check(List.of("chmod", "6755", tree.resolve("probe").toString()));

    Asked asked = in(caller, tree, "/probe", "signals").with(USER, "1000:1000");
    try (Live running = door.start(asked).ready()) {
      String[] uids = running.command().status("Uid").split("\\s+", -1);
      // Of root it has a range of its own, which begins where the map says.
      String[] map = running.command().read("uid_map").strip().split("\\s+", -1);
      int outside =
          caller.isRoot() ? Integer.parseInt(map[1]) + 1000 : caller.firstSubordinateUid() + 999;
      assertThat(uids).containsOnly(Integer.toString(outside));
      assertThat(outside).isNotEqualTo(1000);
      assertThat(running.command().status("CapEff")).isEqualTo("0000000000000000");
    }
  }

  /** A relative link that climbs above any root. */
  private static Path upwards(Path target) {
    return Path.of("../../../../../../../../../..").resolve(target.toString().substring(1));
  }

  private static void link(Path link, Path target) throws IOException {
    if (Files.isDirectory(link, LinkOption.NOFOLLOW_LINKS)) {
      Command.check(List.of("rm", "-r", link.toString()));
    } else {
      Files.createDirectories(link.getParent());
      Files.deleteIfExists(link);
    }
    Files.createSymbolicLink(link, target);
  }

  private static List<String> stateOf(Path directory) throws IOException {
    List<String> state = new ArrayList<>();
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted().toList()) {
        state.add(
            path
                + " "
                + Files.readAttributes(
                    path, "unix:mode,uid,gid,ino,ctime", LinkOption.NOFOLLOW_LINKS));
      }
    }
    return state;
  }
}
