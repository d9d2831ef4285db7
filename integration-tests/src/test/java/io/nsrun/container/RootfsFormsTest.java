package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What may be given as ROOTFS, and where it may lie. */
class RootfsFormsTest extends ContainerTest {
  /** Prints what only the trees of these tests have, and writes to show that it can. */
  private static final String[] LOOK = {"sh", "-c", "cat /etc/marker; cat /proc/self/comm"};

  private static final String SEEN = "of the testcat\n";

  @ParameterizedTest
  @EnumSource
  void directoryByItsAbsolutePath(Caller caller) {
    Path tree = Rootfs.tree(caller);

    assertThat(look(Nsrun.as(caller), tree.toString()).out()).isEqualTo(SEEN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"./root", "root/", "../up/root", "root/.", "./root//", "root/../root"})
  void directoryByAPathRelativeToTheWorkingDirectory(String path) throws IOException {
    Path up = Files.createDirectory(Directories.fresh(Caller.PLAIN).resolve("up"));
    Rootfs.fill(up.resolve("root"), Caller.PLAIN);

    assertThat(look(Nsrun.as(Caller.PLAIN).in(up), path).out()).isEqualTo(SEEN);
  }

  @Test
  void workingDirectoryItself() {
    Path tree = Rootfs.tree(Caller.PLAIN);

    assertThat(look(Nsrun.as(Caller.PLAIN).in(tree), ".").out()).isEqualTo(SEEN);
    assertThat(look(Nsrun.as(Caller.PLAIN).in(tree.resolve("etc")), "..").out()).isEqualTo(SEEN);
  }

  @ParameterizedTest
  @EnumSource
  void directoryWithASlashAtItsEnd(Caller caller) {
    Path tree = Rootfs.tree(caller);

    assertThat(look(Nsrun.as(caller), tree + "/").out()).isEqualTo(SEEN);
  }

  @ParameterizedTest
  @EnumSource
  void directoryBehindASymbolicLink(Caller caller) throws IOException {
    Path tree = Rootfs.tree(caller);
    Path inTheMiddle = Directories.fresh(caller).resolve("middle");
    Path atTheEnd = Directories.fresh(caller).resolve("end");
    Files.createSymbolicLink(inTheMiddle, tree.getParent());
    Files.createSymbolicLink(atTheEnd, tree);

    assertThat(look(Nsrun.as(caller), inTheMiddle.resolve("root").toString()).out())
        .isEqualTo(SEEN);
    assertThat(look(Nsrun.as(caller), atTheEnd.toString()).out()).isEqualTo(SEEN);
  }

  @ParameterizedTest
  @EnumSource
  void directoryOnTmpfs(Caller caller) {
    Path at = Directories.fresh(caller).resolve("mounted");
    try (HostMount mount = HostMount.of(at, "-t", "tmpfs", "tmpfs")) {
      assertThat(mount).isNotNull();
      Rootfs.fill(at, caller);

      assertThat(look(Nsrun.as(caller), at.toString()).out()).isEqualTo(SEEN);
    }
  }

  @ParameterizedTest
  @EnumSource
  void directoryOnASharedMount(Caller caller) throws IOException {
    Path at = Directories.fresh(caller).resolve("mounted");
    try (HostMount mount = HostMount.of(at, "-t", "tmpfs", "tmpfs")) {
      mount.make("shared");
      Rootfs.fill(at, caller);
      Rootfs.fill(at.resolve("below"), caller);

      assertThat(look(Nsrun.as(caller), at.toString()).out()).isEqualTo(SEEN);
      assertThat(look(Nsrun.as(caller), at.resolve("below").toString()).out()).isEqualTo(SEEN);
      // Nothing that the container mounts over its own tree comes back to it.
      assertThat(Files.readAllLines(Path.of("/proc/self/mountinfo")))
          .filteredOn(line -> line.contains(at.toString()))
          .hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void directoryOnOverlayfs(Caller caller) {
    Path base = Directories.fresh(caller);
    Path lower = base.resolve("lower");
    Rootfs.fill(lower, caller);
    Command.check(List.of("mkdir", base + "/upper", base + "/work"));
    Rootfs.own(base, caller);
    String layers = "lowerdir=" + lower + ",upperdir=" + base + "/upper,workdir=" + base + "/work";
    try (HostMount tmpfs = HostMount.of(base.resolve("t"), "-t", "tmpfs", "tmpfs")) {
      assertThat(tmpfs).isNotNull();
      String t = base.resolve("t").toString();
      Command.check(List.of("mkdir", t + "/upper", t + "/work"));
      Rootfs.own(base.resolve("t"), caller);
      String onTmpfs =
          layers.replace(base + "/upper", t + "/upper").replace(base + "/work", t + "/work");
      try (HostMount mount =
          HostMount.of(base.resolve("merged"), "-t", "overlay", "-o", onTmpfs, "overlay")) {
        assertThat(mount).isNotNull();
        String root = base.resolve("merged").toString();

        assertThat(look(Nsrun.as(caller), root).out()).isEqualTo(SEEN);
        Nsrun.as(caller).run(root, "touch", "/new").orFail();
        assertThat(base.resolve("merged/new")).exists();
        if (caller.isRoot()) {
          keepsTheHostsIdsAndSaysSo(root);
        }
      }
    }
  }

  /** No kernel so far translates the owners of what is on overlayfs. */
  private static void keepsTheHostsIdsAndSaysSo(String root) {
    Nsrun nsrun = Nsrun.as(Caller.ROOT);
    String why = root + " is on overlay, where owners can't be translated";

    assertThat(nsrun.run(root, "cat", "/proc/self/uid_map").orFail().out())
        .containsPattern("^ *0 +0 +65536\n$");
    assertThat(nsrun.nsrun("explain", root, "true").orFail().out().replaceAll("\\s+", " "))
        .contains(why);
    assertThat(nsrun.run("--require=ids", root, "true").err()).contains(why);
    assertThat(
            nsrun
                .run("-v", root + ":/data", "busybox", "stat", "-c", "%u", "/data/new")
                .orFail()
                .text())
        .isEqualTo("0");
    // What nsrun itself keeps may lie there too, as in an outer container.
    Result result =
        nsrun.env("NSRUN_HOME", root + "/nsrun").run("busybox", "cat", "/proc/self/uid_map");
    assertThat(result.orFail().out()).containsPattern("^ *0 +0 +65536\n$");
  }

  @ParameterizedTest
  @EnumSource
  void directoryOnAReadOnlyMount(Caller caller) throws IOException {
    Path at = Directories.fresh(caller).resolve("mounted");
    try (HostMount mount = HostMount.of(at, "-t", "tmpfs", "tmpfs")) {
      assertThat(mount).isNotNull();
      Rootfs.fill(at, caller);
      Files.createDirectories(at.resolve("mnt"));
      Command.check(List.of("mount", "-o", "remount,ro", at.toString()));

      assertThat(look(Nsrun.as(caller), at.toString()).out()).isEqualTo(SEEN);
      assertThat(Nsrun.as(caller).run(at.toString(), "touch", "/new").errors())
          .containsExactly("touch: /new: Read-only file system");
      Nsrun.as(caller).run("--ephemeral", at.toString(), "touch", "/new").orFail();
      Nsrun.as(caller).run("--tmpfs=/mnt", at.toString(), "touch", "/mnt/new").orFail();
    }
  }

  @DependsOnJvm
  @ParameterizedTest
  @EnumSource
  void directoryWhoseNameIsHardToRead(Caller caller) throws IOException {
    Path odd =
        Files.createDirectory(
            Directories.fresh(caller).resolve("a b:c,d=e\\f\"g'h\nü€\ud83d\ude00"));
    Rootfs.own(odd, caller);
    Rootfs.fill(odd.resolve("root"), caller);

    assertThat(look(Nsrun.as(caller), odd.resolve("root").toString()).out()).isEqualTo(SEEN);
    assertThat(look(Nsrun.as(caller).in(odd), "./root").out()).isEqualTo(SEEN);
    Nsrun.as(caller).run("--ephemeral", odd.resolve("root").toString(), "true").orFail();
  }

  @DependsOnJvm
  @Test
  void workingDirectoryMayHaveANameThatTheLocaleDoesNot() throws IOException {
    Path odd = Files.createDirectory(Directories.fresh(Caller.PLAIN).resolve("ü"));
    Nsrun nsrun = Nsrun.as(Caller.PLAIN).in(odd).env("LANG", "C");

    assertThat(nsrun.run("busybox", "echo", "ü").orFail().text()).isEqualTo("ü");
  }

  @Test
  void directoryThatHasNoMountPointsYet() throws IOException {
    Path tree = Rootfs.tree(Caller.PLAIN);
    for (String directory : List.of("dev", "proc", "sys")) {
      Files.delete(tree.resolve(directory));
    }

    assertThat(look(Nsrun.as(Caller.PLAIN), tree.toString()).out()).isEqualTo(SEEN);
  }

  @ParameterizedTest
  @CsvSource({
    "root.tar, PLAIN",
    "root.tar.gz, ROOT",
    "root.tgz, PLAIN",
    "root.tar.xz, PLAIN",
    "root.tar.zst, RANGED"
  })
  @DependsOnJvm
  void archive(String name, Caller caller) throws IOException {
    Path home = Directories.fresh(caller);
    Path archive = makeArchive(name, caller);
    Nsrun nsrun = Nsrun.as(caller).env("NSRUN_HOME", home.toString()).in(archive.getParent());

    assertThat(look(nsrun, archive.toString()).out()).isEqualTo(SEEN);
    List<Path> unpacked = trees(home);
    assertThat(unpacked).hasSize(1);
    assertThat(String.valueOf(unpacked.get(0).getFileName())).matches("[0-9a-f]{64}(-1id)?");

    // The name alone is one in the working directory; and what is unpacked is not unpacked again.
    assertThat(look(nsrun, name).out()).isEqualTo(SEEN);
    assertThat(trees(home)).isEqualTo(unpacked);
  }

  @Test
  void archiveKeepsTheOwnersIfRootUnpacksIt() throws IOException {
    Path tree = Rootfs.tree(Caller.ROOT);
    Path home = Directories.fresh(Caller.ROOT);
    Path archive = home.resolve("root.tar");
    Command.check(List.of("chown", "12:34", tree.resolve("etc/marker").toString()));
    Command.check(List.of("tar", "-C", tree.toString(), "-cf", archive.toString(), "."));

    Result result =
        Nsrun.as(Caller.ROOT)
            .env("NSRUN_HOME", home.toString())
            .run(archive.toString(), "stat", "-c", "%u:%g", "/etc/marker")
            .orFail();

    assertThat(result.text()).isEqualTo("12:34");
  }

  @Test
  void archiveThatChangedIsUnpackedAnew() throws IOException {
    Path home = Directories.fresh(Caller.PLAIN);
    Path archive = makeArchive("root.tar", Caller.PLAIN);
    Nsrun nsrun = Nsrun.as(Caller.PLAIN).env("NSRUN_HOME", home.toString());
    look(nsrun, archive.toString());

    Path tree = Rootfs.tree(Caller.PLAIN);
    Files.writeString(tree.resolve("etc/marker"), "of another test");
    Command.check(List.of("tar", "-C", tree.toString(), "-cf", archive.toString(), "."));

    assertThat(look(nsrun, archive.toString()).out()).startsWith("of another test");
    assertThat(trees(home)).hasSize(2);
  }

  @Test
  void nameBusybox() {
    assertThat(Nsrun.as(Caller.PLAIN).run("busybox", "cat", "/etc/passwd").orFail().out())
        .startsWith("root:x:0:0:root:/root:/bin/sh\n");
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsAShellInTheEmbeddedRoot(Caller caller) {
    Result result = Nsrun.as(caller).input("echo $0 in $PWD; pwd; exit 5\n").run();

    assertThat(result.lines()).containsExactly("/bin/sh in /", "/");
    assertThat(result.code()).isEqualTo(5);
    assertThat(result.err()).isEmpty();
  }

  @Test
  void directoryAloneIsItsShell() {
    Path tree = Rootfs.tree(Caller.PLAIN);

    Result result = Nsrun.as(Caller.PLAIN).input("cat /etc/marker\n").run(tree.toString());

    assertThat(result.orFail().out()).isEqualTo("of the test");
  }

  private static Result look(Nsrun nsrun, String rootfs) {
    return look(nsrun, "--userns=auto", rootfs);
  }

  private static Result look(Nsrun nsrun, String option, String rootfs) {
    return nsrun.run(option, rootfs, LOOK[0], LOOK[1], LOOK[2]).orFail();
  }

  private static Path makeArchive(String name, Caller caller) {
    Path archive = Directories.fresh(caller).resolve(name);
    // tar chooses the compression by the name.
    Command.check(
        List.of("tar", "-C", Rootfs.tree(caller).toString(), "-caf", archive.toString(), "."));
    Rootfs.own(archive, caller);
    return archive;
  }

  private static List<Path> trees(Path home) throws IOException {
    List<Path> trees = new ArrayList<>();
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(home.resolve("data/rootfs"), "[!.]*")) {
      all.forEach(trees::add);
    }
    return trees;
  }
}
