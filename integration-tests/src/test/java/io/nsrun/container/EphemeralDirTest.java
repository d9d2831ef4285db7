package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Writes to the root filesystem that go to a disk, and with the container. */
class EphemeralDirTest extends ContainerTest {
  /** Twice, a chain of directories as deep as a path can tell, below another such. */
  private static final String DEEP =
      """
      chain() {
        mkdir /tmp/$1; cd /tmp/$1; i=0
        while [ $i -lt $3 ]; do mkdir $2; cd $2; i=$((i+1)); done
      }
      name=$(printf %0200d 7)
      chain a d 1900; chain b d 1900; mv /tmp/a .
      chain l $name 17; chain m $name 17; mv /tmp/l .
      touch "$(printf '/tmp/\\nodd')" /tmp/-rf
      """;

  private static Result run(Caller caller, Path parent, Object root, String script) {
    return Nsrun.as(caller)
        .run("--ephemeral-dir", parent.toString(), root.toString(), "sh", "-c", script);
  }

  @ParameterizedTest
  @EnumSource
  void writesAreOnDiskAndForgottenInTheEnd(Caller caller) throws IOException {
    Path tree = Rootfs.tree(caller);
    Path parent = Directories.fresh(caller);
    try (Running running =
        Running.ready(
            Nsrun.as(caller),
            "--ephemeral-dir=" + parent,
            tree.toString(),
            "sh",
            "-c",
            "echo more >>/etc/marker; echo made >/new; echo ready; read -r go; exit 7")) {
      Path own = only(parent);
      assertThat(own.resolve("upper/new")).hasContent("made");
      assertThat((int) Files.getAttribute(own, "unix:mode") & 07777).isEqualTo(0700);
      running.endInput();
      assertThat(running.end().code()).isEqualTo(7);
    }
    assertThat(parent).isEmptyDirectory();
    assertThat(Files.readString(tree.resolve("etc/marker"))).isEqualTo("of the test");
    assertThat(tree.resolve("new")).doesNotExist();
  }

  private static Path only(Path parent) {
    File[] files = parent.toFile().listFiles();
    assertThat(files).hasSize(1);
    return files[0].toPath();
  }

  @ParameterizedTest
  @EnumSource
  void whatOtherUsersInsideOwnAndCloseIsRemovedToo(Caller caller) {
    Path parent = Directories.fresh(caller);

    run(
            caller,
            parent,
            "busybox",
            "mkdir -p /a/b/c; touch /a/b/c/file; chown -R 1000 /a 2>/dev/null; chmod 0 /a/b/c /a/b /a; chmod 0 /")
        .orFail();

    assertThat(parent).isEmptyDirectory();
  }

  @Test
  void whatLiesDeeperThanAPathCanTellIsRemovedToo() {
    Path parent = Directories.fresh(Caller.RANGED);

    Result result = run(Caller.RANGED, parent, "busybox", DEEP).orFail();

    assertThat(result.err()).isEmpty();
    assertThat(parent).isEmptyDirectory();
  }

  @Test
  void linksOfTheContainerLeadTheRemovalNowhere() throws IOException {
    Path parent = Directories.fresh(Caller.ROOT);
    Path victim = Files.createDirectory(Directories.fresh(Caller.ROOT).resolve("victim"));
    Files.createFile(victim.resolve("file"));

    run(
            Caller.ROOT,
            parent,
            "busybox",
            "rm -rf /home; ln -s " + victim + " /home; ln -s /../../../.." + victim + " /link")
        .orFail();

    assertThat(parent).isEmptyDirectory();
    assertThat(victim.resolve("file")).exists();
  }

  @ParameterizedTest
  @EnumSource
  void whatTookItsPlaceIsLeftAlone(Caller caller) throws IOException {
    Path parent = Directories.fresh(caller);
    Path victim = Directories.fresh(caller);
    for (String name : List.of("upper", "work", "lock")) {
      Files.createFile(victim.resolve(name));
    }
    try (Running running = ready(caller, parent)) {
      Path own = only(parent);
      Files.move(own, parent.resolve("moved"));
      Files.createSymbolicLink(own, victim);
      running.endInput();
      Result result = running.end();

      assertThat(victim.toFile().list()).containsExactlyInAnyOrder("upper", "work", "lock");
      assertThat(result.code()).isEqualTo(1);
      assertThat(result.errors())
          .first()
          .isEqualTo("nsrun: can't remove " + own + ": something else has its place");
      Files.delete(own);
    }
    Command.check(List.of("rm", "-rf", parent.resolve("moved").toString()));
  }

  @Test
  void aDirectoryThatIsGoneIsNoTrouble() {
    Path parent = Directories.fresh(Caller.PLAIN);
    try (Running running = ready(Caller.PLAIN, parent)) {
      Command.check(List.of("rm", "-rf", only(parent).toString()));
      running.endInput();
      Result result = running.end();

      assertThat(result.code()).isEqualTo(1);
      assertThat(result.err()).isEmpty();
    }
  }

  @DependsOnJvm
  @Test
  void aSignalAtAnyTimeLeavesNothing() throws IOException {
    Path parent = Directories.fresh(Caller.RANGED);
    try (Running running =
        Running.start(
            Nsrun.as(Caller.RANGED), "--ephemeral-dir=" + parent, "busybox", "sleep", "1000")) {
      Await.until("the directory is there", () -> parent.toFile().list().length == 1);
      Running.kill("INT", running.jvm().pid());

      assertThat(running.end().code()).isEqualTo(130);
    }
    assertThat(parent).isEmptyDirectory();
  }

  @Test
  void aRootThatLacksWhatItTakesRemovesAsOthersDo() {
    Path parent = Directories.fresh(Caller.ROOT);

    Result result =
        Nsrun.as(Caller.ROOT)
            .through("setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin", "--")
            .run("--ephemeral-dir=" + parent, "busybox", "sh", "-c", "touch /new; exit 5");

    assertThat(result.code()).isEqualTo(5);
    assertThat(result.err()).isEmpty();
    assertThat(parent).isEmptyDirectory();
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void eachInodeThatIsMissingIsToldAndNothingIsLeft(Caller caller) throws IOException {
    Path disk = Directories.fresh(caller);
    Result result = null;
    int inodes = 2;
    for (; result == null || result.code() != 0; inodes++) {
      String options = "mode=755,nr_inodes=" + inodes + ",uid=" + caller.uid();
      try (HostMount mount = HostMount.of(disk, "-t", "tmpfs", "-o", options, "tmpfs")) {
        assertThat(mount).isNotNull();
        result = run(caller, disk, "busybox", "touch /new");

        assertThat(disk).isEmptyDirectory();
        assertThat(result.code()).as(result.err()).isIn(0, 1, 125);
        if (result.code() == 125) {
          assertThat(result.err()).as(options).containsPattern("(?i)(no|free) space");
        } else if (result.code() == 1) {
          assertThat(result.errors().get(0)).contains("No space left on device");
        }
      }
    }
    assertThat(inodes).isBetween(7, 12);
  }

  @ParameterizedTest
  @EnumSource
  void aCommandThatIsNotThereLeavesNothing(Caller caller) {
    Path parent = Directories.fresh(caller);

    assertThat(Nsrun.as(caller).run("--ephemeral-dir=" + parent, "busybox", "/no/such").code())
        .isEqualTo(127);

    assertThat(parent).isEmptyDirectory();
  }

  @DependsOnJvm
  @ParameterizedTest
  @EnumSource
  void whatAKilledOneLeftIsRemovedByTheNextAndWhatALiveOneHasIsNot(Caller caller)
      throws IOException {
    Path parent = Directories.fresh(caller);
    Path kept = parent.resolve("nsrun-ephemeral-of-mine");
    Files.createDirectory(kept);
    try (Running live = ready(caller, parent)) {
      File[] before = parent.toFile().listFiles();
      assertThat(before).hasSize(2);
      try (Running killed = ready(caller, parent)) {
        Running.kill("KILL", killed.jvm().pid());
        killed.end();
      }
      assertThat(parent.toFile().listFiles()).hasSize(3);

      run(caller, parent, "busybox", "true").orFail();

      assertThat(parent.toFile().listFiles()).containsExactlyInAnyOrder(before);
      live.endInput();
      live.end();
    }
    assertThat(only(parent)).isEqualTo(kept);
  }

  private static Running ready(Caller caller, Path parent) {
    return Running.ready(
        Nsrun.as(caller),
        "--ephemeral-dir=" + parent,
        "busybox",
        "sh",
        "-c",
        "mkdir -p /a/b; chown 1000 /a 2>/dev/null; chmod 0 /a; echo ready; read -r go");
  }

  @Test
  void anyNameOfTheDirectoryWillDo() throws IOException {
    Path parent = Directories.fresh(Caller.PLAIN);
    Path odd = parent.resolve("a,b:c d");
    Command.check(
        List.of("install", "-d", "-o", Long.toString(Caller.PLAIN.uid()), odd.toString()));

    Nsrun.as(Caller.PLAIN)
        .in(parent)
        .run("--ephemeral-dir=a,b:c d", "busybox", "touch", "/new")
        .orFail();

    assertThat(odd).isEmptyDirectory();
  }

  @Test
  void badDirectoriesAreRefused() {
    Path parent = Directories.fresh(Caller.PLAIN);
    Path tree = Rootfs.tree(Caller.PLAIN);
    Path open = Directories.fresh(Caller.PLAIN);
    Command.check(List.of("chmod", "777", open.toString()));

    assertThat(run(Caller.PLAIN, parent.resolve("none"), tree, "true").err())
        .contains("--ephemeral-dir: " + parent + "/none is missing");
    assertThat(run(Caller.PLAIN, Path.of("/etc/passwd"), tree, "true").err())
        .contains("--ephemeral-dir: /etc/passwd is a file");
    assertThat(run(Caller.PLAIN, Directories.fresh(Caller.ROOT), tree, "true").err())
        .contains("permission denied");
    assertThat(run(Caller.PLAIN, tree, tree, "true").err()).contains("within one another");
    assertThat(run(Caller.PLAIN, open, tree, "true").err())
        .contains("in " + open + " others may exchange what is yours (mode 0777)");
    assertThat(options(parent, "--volume=" + parent + ":/x").err())
        .contains("the container could exchange its own in " + parent);
    // Whoever owns a sticky directory may rename what others have in it.
    Command.check(List.of("chown", "12345", open.toString()));
    Command.check(List.of("chmod", "1777", open.toString()));
    assertThat(run(Caller.PLAIN, open, tree, "true").err())
        .contains("in " + open + " others may exchange what is yours (uid 12345)");
    assertThat(options(parent, "--overlay-dir=x").err())
        .contains("--overlay-dir: keeps what --ephemeral-dir forgets");
    assertThat(options(parent, "--ephemeral=false").err())
        .contains("--ephemeral: can't be false with --ephemeral-dir");
    assertThat(options(parent, "--rootfs-host").err())
        .contains("--ephemeral-dir: can't be had with --rootfs-host");
    assertThat(open).isEmptyDirectory();
    assertThat(parent).isEmptyDirectory();
  }

  private static Result options(Path parent, String more) {
    return Nsrun.as(Caller.PLAIN).run("--ephemeral-dir=" + parent, more, "busybox", "true");
  }

  @Test
  void lookingAtAPlanMakesNoDirectory() {
    Path parent = Directories.fresh(Caller.PLAIN);

    Result dry = options(parent, "--dry-run").orFail();

    assertThat(dry.out()).contains(parent + "/nsrun-ephemeral-");
    assertThat(parent).isEmptyDirectory();
  }
}
