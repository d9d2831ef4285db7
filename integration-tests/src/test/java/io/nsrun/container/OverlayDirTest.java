package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Writes to the root filesystem that are kept apart from it. */
class OverlayDirTest extends ContainerTest {
  private static final String CHANGE =
      "echo more >>/etc/marker; mkdir /new; echo made >/new/file; /bin/busybox rm /etc/group;"
          + " /bin/busybox chmod 600 /etc/passwd";
  private static final String LOOK =
      "cat /etc/marker /new/file; ls /etc; stat -c %u:%g:%a /new/file /etc/passwd";

  @ParameterizedTest
  @EnumSource
  void writesAreKeptForTheNextRunAndTheRootStaysAsItWas(Caller caller) throws IOException {
    Path tree = Rootfs.tree(caller);
    Path keep = Directories.fresh(caller).resolve("keep");

    run(caller, keep, tree, CHANGE).orFail();
    Result again = run(caller, keep, tree, LOOK).orFail();

    assertThat(again.lines())
        .containsExactly(
            "of the testmore", "made", "hosts", "marker", "passwd", "0:0:644", "0:0:600");
    assertThat(Files.readString(tree.resolve("etc/marker"))).isEqualTo("of the test");
    assertThat(tree.resolve("new")).doesNotExist();
    assertThat(tree.resolve("etc/group")).exists();
    assertThat((int) Files.getAttribute(keep, "unix:mode") & 07777).isEqualTo(0700);
    Path made = keep.resolve("upper/new/file");
    assertThat(made).hasContent("made");
    assertThat(Files.getAttribute(made, "unix:uid")).isEqualTo(caller.uid());
    // Nothing in it is out of its owner's reach.
    Command.check(List.of("rm", "-rf", keep.toString()));
  }

  private static Result run(Caller caller, Path keep, Path tree, String script) {
    return Nsrun.as(caller)
        .run("--overlay-dir", keep.toString(), tree.toString(), "sh", "-c", script);
  }

  @ParameterizedTest
  @EnumSource
  void aRootThatCameWithNsrunCanBeKeptToo(Caller caller) {
    Path directory = Directories.fresh(caller);

    Nsrun.as(caller)
        .in(directory)
        .run("--overlay-dir=keep", "busybox", "touch", "/installed")
        .orFail();

    assertThat(
            Nsrun.as(caller)
                .in(directory)
                .run("--overlay-dir=./keep", "busybox", "ls", "/installed")
                .orFail()
                .text())
        .isEqualTo("/installed");
    assertThat(sh(caller, "ls /installed").code()).isNotZero();
  }

  @Test
  void aContainerInUseOfADirectoryKeepsOthersOutUntilItIsKilled() {
    Caller caller = Caller.ROOT;
    Path tree = Rootfs.tree(caller);
    Path keep = Directories.fresh(caller).resolve("keep");
    try (Running running =
        Running.ready(
            Nsrun.as(caller),
            "--overlay-dir=" + keep,
            tree.toString(),
            "sh",
            "-c",
            "echo ready; read -r go")) {
      Result second = run(caller, keep, tree, "true");
      assertThat(second.code()).isEqualTo(125);
      assertThat(second.errors().get(0))
          .isEqualTo("nsrun: overlay directory " + keep + " is in use by a running container");
      Proc monitor = running.monitor();
      Running.kill("KILL", running.jvm().pid());
      running.end();
      // Its last process.
      Await.until("the end of the monitor", monitor::isGone);
    }
    run(caller, keep, tree, "true").orFail();
  }

  @Test
  void badDirectoriesAreRefused() throws IOException {
    Path tree = Rootfs.tree(Caller.PLAIN);
    Path full = Directories.fresh(Caller.PLAIN);
    Files.createFile(full.resolve("thesis.txt"));
    Path ofRoot = Directories.fresh(Caller.ROOT);

    assertThat(run(Caller.PLAIN, full, tree, "true").err()).contains("files of something else");
    assertThat(run(Caller.PLAIN, ofRoot, tree, "true").err()).contains("belongs to uid 0");
    assertThat(run(Caller.PLAIN, ofRoot.resolve("x"), tree, "true").err())
        .contains("permission denied");
    assertThat(run(Caller.PLAIN, tree.resolve("keep"), tree, "true").err())
        .contains("within one another");
    assertThat(run(Caller.PLAIN, Path.of("/etc/passwd"), tree, "true").err())
        .contains("--overlay-dir: /etc/passwd is a file");
    assertThat(
            Nsrun.as(Caller.PLAIN)
                .run("--ephemeral", "--overlay-dir=" + full, tree.toString(), "true")
                .err())
        .contains("--overlay-dir: keeps what --ephemeral forgets");
    assertThat(full.toFile().list()).containsExactly("thesis.txt");
  }

  @Test
  void lookingAtAPlanMakesNoDirectory() {
    Path keep = Directories.fresh(Caller.PLAIN).resolve("keep");

    Result dry =
        Nsrun.as(Caller.PLAIN).run("--dry-run", "--overlay-dir=" + keep, "busybox", "true");

    assertThat(dry.orFail().out()).contains(keep.toString());
    assertThat(Nsrun.as(Caller.PLAIN).nsrun("explain", "--overlay-dir=" + keep).orFail().out())
        .contains("kept for the next run");
    assertThat(keep).doesNotExist();
  }

  @Test
  void whatAnUnmappedIdOwnsCantBeCopiedUpAndTheMessageSaysSo() {
    Path tree = Rootfs.tree(Caller.ROOT);
    Command.check(List.of("chmod", "666", tree.resolve("etc/marker").toString()));
    Command.check(List.of("chmod", "777", tree.resolve("etc").toString()));
    Path keep = Directories.fresh(Caller.PLAIN).resolve("keep");

    assertThat(run(Caller.PLAIN, keep, tree, "echo x >>/etc/marker").err())
        .contains("Value too large");
    Result mounted =
        Nsrun.as(Caller.PLAIN)
            .run("--overlay-dir=" + keep, "--tmpfs=/etc/new", tree.toString(), "true");
    assertThat(mounted.code()).isEqualTo(125);
    assertThat(mounted.errors().get(0)).contains("mount /etc/new: EOVERFLOW");
    assertThat(mounted.errors().get(1)).contains("belongs to an id that is not mapped");
  }
}
