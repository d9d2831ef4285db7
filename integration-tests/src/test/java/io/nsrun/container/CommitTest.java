package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The root file systems of containers, as archives. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CommitTest extends LastingTest {
  private static final String TREE =
      "rm /bin/vi; rm -r /home; mkdir /home; echo new > /home/new; ln /home/new /home/hard; ln -s new /home/link;"
          + " chown 5:6 /home/new 2>/dev/null; chmod 4755 /home/new; echo mine > /mnt/volume;"
          + " dd if=/dev/zero of=/home/sparse bs=1 count=1 seek=99999999 2>/dev/null; mkfifo /home/fifo;"
          + " echo ready; sleep 1000";

  private Lasting all;
  private Path here;

  private void start(Caller caller, String... options) {
    all = lasting(caller);
    here = Directories.fresh(caller);
    run(options);
  }

  private void run(String... options) {
    List<String> args = new ArrayList<>(List.of("run", "-d", "--name=c"));
    args.addAll(List.of(options));
    args.addAll(List.of("busybox", "sh", "-c", TREE));
    all.nsrun(args.toArray(String[]::new));
    all.awaitLog("c", "ready");
  }

  private Result commit(String archive) {
    return all.nsrun().in(here).nsrun("commit", "c", archive);
  }

  private void assertRefused(String message, String archive) {
    Result result = commit(archive);
    assertThat(result.code()).isEqualTo(125);
    assertThat(result.errors().get(0)).isEqualTo("nsrun: " + message);
    assertThat(result.errors()).hasSizeLessThan(3);
  }

  @ParameterizedTest
  @EnumSource(Caller.class)
  void anArchiveOfItStartsAsItWas(Caller caller) throws Exception {
    Path volume = Directories.fresh(caller);
    start(caller, "-v", volume + ":/mnt");

    Result result = commit("c.tar.gz");

    assertThat(result.code()).isZero();
    assertThat(result.out()).isEmpty();
    assertThat(result.errors())
        .containsExactly("nsrun: c: it was not paused while its files were read");
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(here.resolve("c.tar.gz"))))
        .isEqualTo("rw-------");
    assertThat(Files.size(here.resolve("c.tar.gz"))).isLessThan(2_000_000);
    String look =
        "cd /home; cat link; stat -c '%a %u:%g %h' new; wc -c < sparse; du -k sparse | cut -f 1;"
            + " ls /bin/vi /mnt /dev/pts; cat /etc/hosts | wc -l; ls -A /";
    String inside = all.nsrun().nsrun("exec", "c", "sh", "-c", look).out();
    Result again =
        all.nsrun().in(here).nsrun("run", "-v", volume + ":/mnt", "./c.tar.gz", "sh", "-c", look);
    assertThat(again.out()).isEqualTo(inside);
    assertThat(again.err()).contains("device or FIFO: home/fifo");
    assertThat(volume.resolve("volume")).exists();

    assertThat(commit("running.tar").code()).isZero();
    Process streamed =
        all.nsrun()
            .builder("commit", "c", "-")
            .redirectOutput(here.resolve("streamed.tar").toFile())
            .start();
    assertThat(Lasting.code(streamed)).isZero();
    all.nsrun("stop", "-t0", "c");
    assertThat(commit("stopped.tar").orFail().code()).isZero();
    assertThat(here.resolve("streamed.tar")).hasSameBinaryContentAs(here.resolve("running.tar"));
    assertThat(here.resolve("stopped.tar")).hasSameBinaryContentAs(here.resolve("running.tar"));
    assertThat(all.nsrun("ps", "-aq").lines()).hasSize(1);

    String listed = Command.check(List.of("tar", "-tvf", here.resolve("running.tar").toString()));
    assertThat(listed.lines().map(line -> line.replaceAll(".* (\\S+)$", "$1")))
        .contains("./", "proc/", "sys/", "dev/", "mnt/", "home/fifo")
        .doesNotContain("mnt/volume", "bin/vi", "proc/1/", "dev/null");
    all.nsrun("rm", "c");
    all.nsrun("prune");
  }

  @Test
  void idsAreThoseThatItSees() throws IOException {
    start(Caller.RANGED, "--userns=keep-id");
    assertThat(commit("c.tar").code()).isZero();
    all.nsrun("stop", "-t0", "c");
    assertThat(commit("stopped.tar").code()).isZero();

    assertThat(here.resolve("stopped.tar")).hasSameBinaryContentAs(here.resolve("c.tar"));
    assertThat(Command.check(List.of("tar", "-tvf", here.resolve("c.tar").toString(), "home/new")))
        .contains(" " + Caller.RANGED.uid() + "/" + Caller.RANGED.uid() + " ");
  }

  @Test
  void whatOneWithoutRootInItHasIsReadToo() {
    start(ANY, "--userns=keep-id");

    assertThat(commit("c.tar").code()).isZero();
    all.nsrun("cp", "c:/home/new", here.resolve("new").toString());
    all.nsrun("cp", here.resolve("new").toString(), "c:/home/copied");
  }

  @Test
  void aDirectoryThatIsTheRootIsReadAsItIs() throws IOException {
    all = lasting(ANY);
    here = Directories.fresh(ANY);
    Command.check(
        List.of(
            "sh",
            "-c",
            "cd " + here + " && mkdir -p root/bin && cp $(command -v busybox) root/bin"));
    Command.check(List.of("chown", "-R", ANY.login(), here.resolve("root").toString()));
    all.nsrun(
        "run", "-d", "--name=c", here.resolve("root").toString(), "busybox", "mkdir", "/made");
    all.nsrun("wait", "c");

    commit("c.tar").orFail();

    assertThat(Command.check(List.of("tar", "-tf", here.resolve("c.tar").toString())).lines())
        .contains("./", "bin/busybox", "made/");
  }

  @Test
  void whatCanNotBeIsToldInALineAndLeavesNothing() throws IOException {
    start(ANY, "--ephemeral");
    Files.createDirectory(here.resolve("closed"));

    assertRefused("nobody can tell how c.zip is to be compressed", "c.zip");
    assertRefused(
        "commit: no/c.tar: no such file or directory: there is no directory " + here.resolve("no"),
        "no/c.tar");
    assertThat(commit("closed/c.tar").errors().get(0))
        .startsWith("nsrun: commit: closed/c.tar can't be written: ");
    assertThat(all.failing("commit", "x", "c.tar").errors().get(0))
        .isEqualTo("nsrun: there is no container \"x\"");
    assertThat(all.failing("commit", "c").errors().get(0))
        .isEqualTo("nsrun: commit: of which container, and to which archive? 1 words are given");
    all.nsrun("stop", "-t0", "c");
    assertRefused("what container c wrote was in memory, and is gone", "c.tar");
    all.nsrun("run", "-d", "--name=h", "--rootfs-host", "sleep", "1000");
    assertThat(all.failing("commit", "h", here + "/h.tar").errors().get(0))
        .isEqualTo("nsrun: container h has the host's root file system");
    assertThat(here.toFile().list()).containsExactly("closed");
  }

  /** Whoever copies the root's mount alone would see what others cover; the kernel lets nobody. */
  @Test
  void oneThatMountsByItselfIsStoppedFirst() {
    start(ANY, "--cap-add=SYS_ADMIN");
    assertRefused(
        "container c may mount by itself, and what lies below its mounts can't be read while it"
            + " runs",
        "c.tar");
    assertThat(here).isEmptyDirectory();

    all.nsrun("stop", "-t0", "c");

    assertThat(commit("c.tar").code()).isZero();
  }

  @Test
  void aSignalLeavesNothingOfIt() throws Exception {
    start(ANY);
    all.nsrun("exec", "c", "sh", "-c", "dd if=/dev/urandom of=/large bs=1M count=64 2>/dev/null");
    Process commit = all.nsrun().in(here).start("commit", "c", "c.tar.gz");
    Await.until("it is being written", () -> here.toFile().list().length > 0);
    // Its file has no name yet that anybody knows.
    assertThat(here.resolve("c.tar.gz")).doesNotExist();

    commit.toHandle().destroy();

    assertThat(Lasting.code(commit)).isEqualTo(143);
    assertThat(here).isEmptyDirectory();
  }

  @Test
  void aDiskThatIsFullHasNoHalfOfIt() throws IOException {
    start(Caller.ROOT);
    Path small = Files.createDirectory(here.resolve("small"));
    Files.writeString(here.resolve("old.tar"), "old");
    Command.check(List.of("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small.toString()));
    try {
      Files.writeString(small.resolve("c.tar"), "old");

      assertRefused("commit: can't write small/c.tar: No space left on device", "small/c.tar");

      assertThat(small.resolve("c.tar")).hasContent("old");
      assertThat(small.toFile().list()).containsExactly("c.tar");
    } finally {
      Command.check(List.of("umount", small.toString()));
    }
    Files.createSymbolicLink(here.resolve("link.tar"), here.resolve("old.tar"));
    assertRefused("commit: link.tar is a symbolic link", "link.tar");
    assertThat(here.resolve("old.tar")).hasContent("old");
  }
}
