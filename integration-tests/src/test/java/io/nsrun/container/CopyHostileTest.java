package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Containers that want what is copied to come from elsewhere, or to go elsewhere. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CopyHostileTest extends LastingTest {
  private Lasting all;
  private Path here;
  private Path victim;

  @BeforeEach
  void layOut() throws IOException {
    all = lasting(Caller.ROOT);
    here = Directories.fresh(Caller.ROOT);
    victim = Files.createDirectory(here.resolve("victim"));
    Files.writeString(victim.resolve("secret"), "the host's");
  }

  private void start(String script, String... options) {
    List<String> args = new ArrayList<>(List.of("run", "-d", "--name=c", "-e", "VICTIM=" + victim));
    args.addAll(List.of(options));
    args.addAll(List.of("busybox", "sh", "-c", script + "; echo ready; sleep 1000"));
    all.awaitLog(all.nsrun(args.toArray(String[]::new)).text(), "ready");
  }

  private Result copy(String from, String to) {
    return all.nsrun().in(here).nsrun("cp", from, to);
  }

  private void exec(String script) {
    all.nsrun("exec", "c", "sh", "-c", script);
  }

  private void assertUnharmed() {
    assertThat(victim.resolve("secret")).hasContent("the host's");
    assertThat(victim.toFile().list()).containsExactly("secret");
  }

  /** CVE-2018-15664: a path of the container was resolved on the host. */
  @Test
  void noPathOfTheContainerIsResolvedOnTheHost() throws IOException {
    start(
        "mkdir /d; ln -s $VICTIM /d/way; ln -s $VICTIM/secret /d/file; ln -s /proc/1/root /d/magic");
    Files.writeString(here.resolve("mine"), "mine");

    for (String path :
        List.of("/d/way/secret", "/d/way/.", "/d/../../../.." + victim + "/secret")) {
      assertThat(copy("c:" + path, "out").errors().get(0)).contains("no such file or directory");
    }
    assertThat(all.nsrun().in(here).nsrun("cp", "-L", "c:/d/file", "out").code()).isEqualTo(125);
    assertThat(copy("c:/d/magic/etc/hostname", "out").code()).isEqualTo(125);
    assertThat(copy("mine", "c:/d/way/new").code()).isEqualTo(125);
    assertThat(copy("mine", "c:/d/way/secret").code()).isEqualTo(125);
    assertThat(copy("mine", "c:/d/way/").code()).isEqualTo(125);

    assertThat(here.resolve("out")).doesNotExist();
    assertUnharmed();
  }

  /** The same, where no process of it, and no mount, keeps anybody from the host. */
  @Test
  void noPathOfOneThatHasEndedIsResolvedOnTheHost() throws IOException {
    start(
        "mkdir /d; ln -s $VICTIM /d/way; ln -s $VICTIM/secret /d/file; ln -s /proc/1/root /d/magic;"
            + " ln -s ../../../../../../.. /d/up; mkfifo /d/fifo; rmdir /opt; ln -s $VICTIM /opt");
    all.nsrun("stop", "-t0", "c");
    Files.writeString(here.resolve("mine"), "mine");

    for (String path :
        List.of(
            "/d/way/secret",
            "/d/way/.",
            "/opt/secret",
            "/d/up" + victim + "/secret",
            "/d/magic" + victim + "/secret",
            "/d/../../../.." + victim + "/secret")) {
      assertThat(copy("c:" + path, "out").errors().get(0)).contains("no such file or directory");
    }
    assertThat(all.nsrun().in(here).nsrun("cp", "-L", "c:/d/file", "out").code()).isEqualTo(125);
    for (String path :
        List.of(
            "/d/way/new",
            "/d/way/secret",
            "/d/way/",
            "/d/file",
            "/opt/new",
            "/d/up" + victim + "/new",
            victim + "/new",
            "/d/fifo")) {
      assertThat(copy("mine", "c:" + path).code()).as(path).isEqualTo(125);
    }
    Result fifo = copy("c:/d", "fifo");

    assertThat(fifo.errors())
        .containsExactly("nsrun: c: left out, since they are devices, FIFOs or sockets: fifo");
    assertThat(here.resolve("fifo/way")).isSymbolicLink();
    assertThat(here.resolve("out")).doesNotExist();
    assertUnharmed();
  }

  /** All containers of the built-in root start from the same files. */
  @Test
  void whatOthersStartFromIsNotWrittenTo() throws IOException {
    Files.writeString(here.resolve("mine"), "mine");
    all.nsrun("create", "--name=c", "--read-only", "busybox", "true");

    Result result = copy("mine", "c:/planted");

    assertThat(result.errors())
        .containsExactly(
            "nsrun: container c can't write to its root file system",
            "  make it without --read-only");
    assertThat(copy("c:/etc/passwd", "out").orFail().code()).isZero();
    assertThat(all.nsrun().nsrun("run", "busybox", "ls", "/planted").code()).isNotZero();
  }

  /** Its layer would be two file systems' at once. */
  @Test
  void whoCopiesFilesOfOneThatDoesNotRunHasItAlone() throws Exception {
    all.nsrun("create", "--name=c", "busybox", "true");
    Process copy = all.nsrun().in(here).start("cp", "-", "c:/tmp");
    Await.until("it has it", () -> all.nsrun("ps", "-a").out().contains("Creating"));

    Result start = all.failing("start", "c");
    Result remove = all.failing("rm", "c");
    Result second = copy("c:/etc/passwd", "out");

    assertThat(start.errors().get(0)).isEqualTo("nsrun: container c is being started");
    assertThat(remove.errors().get(0)).isEqualTo("nsrun: container c is being started");
    assertThat(second.errors().get(0)).isEqualTo("nsrun: container c is being started");
    copy.destroyForcibly().waitFor();
    Await.until("nobody has it", () -> all.nsrun().nsrun("start", "c").code() == 0);
    assertThat(all.nsrun("wait", "c").text()).isEqualTo("0");
  }

  /** The same, with a directory that becomes a link and back while it is copied from and to. */
  @Test
  void aDirectoryThatBecomesALinkLeadsNowhereElse() throws IOException {
    start(
        "mkdir -p /d/real $VICTIM; echo inside > /d/real/secret; echo inside > $VICTIM/secret; ln -s $VICTIM /d/x;"
            + " { while :; do ln -sfn real /d/x; ln -sfn $VICTIM /d/x; done; } & true");
    Files.writeString(here.resolve("mine"), "mine");

    for (int i = 0; i < 4; i++) {
      Result out = copy("c:/d/x/secret", "out" + i);
      if (out.code() == 0) {
        assertThat(here.resolve("out" + i)).hasContent("inside\n");
      }
      copy("mine", "c:/d/x/new");
    }

    copy("c:/d/real/secret", "real").orFail();
    assertUnharmed();
  }

  /** CVE-2019-11246, CVE-2019-11251: links in what was copied before led out of the destination. */
  @Test
  void noLinkInTheDestinationIsFollowed() throws IOException {
    start("mkdir /d; ln -s ../victim /d/relative; ln -s $VICTIM /d/absolute");
    copy("c:/d", "out").orFail();
    exec(
        "rm /d/*; mkdir /d/relative /d/absolute; echo harm > /d/relative/secret; echo harm > /d/absolute/new");

    Result again = copy("c:/d/.", "out");
    exec("rm -r /d/absolute");
    Result relative = copy("c:/d/.", "out");

    assertThat(again.errors().get(0))
        .isEqualTo("nsrun: can't write " + here + "/out/absolute: what is there is no directory");
    assertThat(relative.errors().get(0)).contains("/out/relative: what is there is no directory");
    Files.delete(here.resolve("out/relative"));
    Files.createSymbolicLink(here.resolve("out/relative"), Path.of("../victim"));
    assertThat(copy("c:/d/relative", "out/relative").errors().get(0)).contains("symbolic link");
    assertUnharmed();
  }

  /** It has the directory as a volume, and puts a link in the place of what is copied to. */
  @Test
  void aDestinationThatBecomesALinkLeadsNowhereElse() throws IOException {
    Path volume = Files.createDirectory(here.resolve("volume"));
    Files.createDirectory(volume.resolve("d"));
    start(
        "mkdir /f; for i in 1 2 3 4 5 6 7 8 9; do echo harm > /f/$i; done;"
            + " { while :; do mv /v/d /v/e; ln -s $VICTIM /v/d; rm /v/d; mv /v/e /v/d; done; } & true",
        "-v",
        volume + ":/v");

    for (int i = 0; i < 6; i++) {
      copy("c:/f/.", "volume/d");
    }
    all.nsrun("stop", "-t0", "c");

    assertUnharmed();
    Files.createSymbolicLink(here.resolve("link"), victim);
    start("mkdir /f; echo harm > /f/new", "--name=again");
    for (String to : List.of("link", "link/")) {
      assertThat(all.nsrun().in(here).nsrun("cp", "again:/f/.", to).errors().get(0))
          .isEqualTo("nsrun: " + to + " is a symbolic link");
    }
    assertUnharmed();
  }

  /** A program that its own container can't give any power on the host. */
  @Test
  void noPowerComesOutOfAContainer() throws IOException {
    start("mkdir /d; cp /bin/busybox /d/su; chmod 6755 /d/su; mkdir /d/x; chmod 2775 /d/x");
    copy("c:/d", "out").orFail();
    all.nsrun().in(here).nsrun("cp", "-a", "c:/d", "kept").orFail();

    for (String directory : List.of("out", "kept")) {
      Path su = here.resolve(directory).resolve("su");
      assertThat((Integer) Files.getAttribute(su, "unix:mode") & 07777).isEqualTo(0755);
      assertThat((Integer) Files.getAttribute(su.resolveSibling("x"), "unix:mode") & 06000)
          .isZero();
    }
  }

  /** Whoever opened one would wait, or do something to a device. */
  @Test
  void fifosAndDevicesAreNotOpened() throws IOException {
    start("mkdir /d; mkfifo /d/fifo; echo x > /d/file; ln -s /dev/zero /d/zero");

    Result out = copy("c:/d", "out");

    assertThat(out.code()).isZero();
    assertThat(out.errors())
        .containsExactly("nsrun: c: left out, since they are devices, FIFOs or sockets: fifo");
    assertThat(here.resolve("out/file")).exists();
    assertThat(Files.exists(here.resolve("out/fifo"), LinkOption.NOFOLLOW_LINKS)).isFalse();
    assertThat(copy("c:/d/fifo", "out").errors().get(0)).contains("left out");
    assertThat(copy("c:/dev/zero", "out").errors().get(0)).contains("left out");
    assertThat(copy("c:/d/zero", "link").code()).isZero();
    assertThat(here.resolve("link")).isSymbolicLink();
  }

  /** CVE-2019-14271: a process of the host's loaded a library of the container. */
  @Test
  void nothingOfTheContainerSeesOrRunsWhoCopies() throws Exception {
    start(
        "for d in /lib /lib64 /usr/lib /lib/x86_64-linux-gnu; do mkdir -p $d;"
            + " for l in libnss_files.so.2 libc.so.6 ld-linux-x86-64.so.2 ld-musl-x86_64.so.1; do"
            + " echo garbage > $d/$l; done; done; echo garbage > /etc/ld.so.preload");
    Process copy = all.nsrun().in(here).start("cp", "-", "c:/tmp");
    Proc init = all.init("c");
    List<Proc> inside = new ArrayList<>();
    Await.until(
        "nsinit is inside",
        () -> {
          collect(new Proc(copy.pid()), init, inside);
          return !inside.isEmpty();
        });

    for (Proc process : inside) {
      assertThat(namespace(process, "user")).isEqualTo(namespace(init, "user"));
      assertThat(namespace(process, "pid")).isNotEqualTo(namespace(init, "pid"));
      assertThat(process.read("maps")).isNotEmpty().doesNotContain(".so");
    }
    // Its init, and that of the command which looks.
    assertThat(all.nsrun("exec", "c", "ps").lines().stream().filter(l -> l.contains("nsinit")))
        .hasSize(2);
    copy.getOutputStream().close();
    assertThat(Lasting.code(copy)).isEqualTo(125);
    assertThat(copy("c:/etc/ld.so.preload", "out").orFail().code()).isZero();
  }

  @Test
  void archivesThatWantOutAreRefused() throws IOException {
    start("ln -s $VICTIM /tmp/way; mkdir -p /tmp/sub");
    Path archive = here.resolve("bad.tar");
    Path file = Files.writeString(here.resolve("new"), "harm");
    Command.check(
        List.of(
            "tar",
            "-cPf",
            archive.toString(),
            "--transform=s,.*,../../etc/harm,",
            file.toString()));
    Result climbs = all.nsrun().input(Files.readAllBytes(archive)).nsrun("cp", "-", "c:/tmp/sub");
    Command.check(
        List.of("tar", "-cPf", archive.toString(), "--transform=s,.*,way/new,", file.toString()));
    Result through = all.nsrun().input(Files.readAllBytes(archive)).nsrun("cp", "-", "c:/tmp");

    assertThat(climbs.errors().get(0)).contains("climbs out with '..'");
    assertThat(through.code()).isNotNegative();
    assertThat(all.nsrun("exec", "c", "sh", "-c", "ls /etc").out()).doesNotContain("harm");
    assertUnharmed();
  }

  /** Bytes of a name are shown to a person, and are not a path. */
  @Test
  void namesAreBytesAndNothingElse() throws IOException {
    start(
        "mkdir /d; cd /d; echo x > \"$(printf 'a\\nb\\033[31m\\377')\"; echo y > ...; echo z > -rf");

    copy("c:/d", "out").orFail();

    assertThat(Command.check(List.of("ls", "-Ab", here.resolve("out").toString())).lines())
        .containsExactlyInAnyOrder("...", "-rf", "a\\nb\\033[31m\\377");
  }

  /** Those below a process that have the mounts of another one. */
  private static void collect(Proc below, Proc like, List<Proc> found) {
    for (Proc child : below.children()) {
      if (namespace(child, "mnt").equals(namespace(like, "mnt"))) {
        found.add(child);
      }
      collect(child, like, found);
    }
  }

  /** Empty if it is gone. */
  private static String namespace(Proc process, String type) {
    try {
      return Files.readSymbolicLink(process.directory().resolve("ns").resolve(type)).toString();
    } catch (IOException e) {
      return "";
    }
  }
}
