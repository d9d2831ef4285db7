package io.nsrun.container;

import static io.nsrun.container.Setting.DIRECTORY;
import static io.nsrun.container.Setting.EPHEMERAL;
import static io.nsrun.container.Setting.FILE;
import static io.nsrun.container.Setting.TMPFS;
import static io.nsrun.container.Setting.USER;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Root filesystems that can't be used, or that want to do harm. */
@ThroughBothDoors
class BadRootfsTest extends DoorTest {
  private static final Caller ANY = Caller.PLAIN;

  @Test
  void fileThatIsNoArchive() throws IOException {
    Path file = Files.writeString(Directories.fresh(ANY).resolve("file"), "hello\n");

    run(busybox(ANY, "true").archive(file))
        .assertRefused(
            125,
            door.either("ROOTFS: ", "rootfs(...): ")
                + file
                + ": the file is no tar archive (a "
                + door.either("ROOTFS", "rootfs(...)")
                + " file is a tar archive, plain or compressed with gzip, xz or zstd)");
  }

  @Test
  void directoryThatTheCallerMayNotEnter() {
    Path tree = Rootfs.tree(Caller.ROOT);
    Command.check(List.of("chmod", "700", tree.toString()));

    run(in(ANY, tree, "true"))
        .assertRefused(
            125,
            door.either("ROOTFS: ", "rootfs(...): ")
                + tree
                + " is a directory that you may not search (chmod or chown it, or run as its owner)");
  }

  @Test
  void directoryBelowOneThatTheCallerMayNotEnter() throws IOException {
    Path closed = Rootfs.tree(Caller.ROOT).getParent();
    Path deeper = Files.createDirectories(closed.resolve("a/b"));
    Command.check(List.of("chmod", "700", closed.toString()));

    for (Path tree : List.of(closed.resolve("root"), deeper, deeper.resolve("none"))) {
      run(in(ANY, tree, "true"))
          .assertRefused(
              125,
              door.either("ROOTFS: ", "rootfs(...): ")
                  + tree
                  + ": permission denied (you may not enter "
                  + closed
                  + ")");
    }
  }

  @Test
  void directoryOfSomebodyElseWithoutMountPoints() throws IOException {
    Path tree = Rootfs.tree(Caller.ROOT);
    Files.delete(tree.resolve("proc"));

    run(in(ANY, tree, "true"))
        .assertRefused(
            125,
            "mount /proc: EACCES (the mount point does not exist)",
            "it can't be made: the directory above /proc belongs to an id that is not mapped in"
                + " the container. Make it in the root filesystem, chown the tree to the caller,"
                + " or use "
                + door.either("--ephemeral.", "ephemeral(...)."));
  }

  @Test
  void directoryThatIsEmpty() {
    Path tree = Directories.fresh(ANY);

    run(in(ANY, tree, "/bin/sh"))
        .assertRefused(
            127,
            "exec /bin/sh: ENOENT (execve)",
            "the root filesystem has no /bin/sh, /usr or /etc. "
                + door.either("ROOTFS", "rootfs(...)")
                + " is a directory with a whole system in it, such as an image that was unpacked, or "
                + door.either("the name busybox.", "rootfs(Rootfs.embedded())."));
  }

  @ParameterizedTest
  @ValueSource(strings = {"proc", "sys", "dev"})
  void mountPointThatIsASymbolicLink(String name) throws IOException {
    Path tree = Rootfs.tree(ANY);
    Files.delete(tree.resolve(name));
    Files.createSymbolicLink(tree.resolve(name), Path.of("/etc"));

    Outcome result = run(in(ANY, tree, "true"));

    assertThat(result.told()).hasSize(2);
    assertThat(result.told().get(0)).matches("mount /" + name + ": ELOOP .*");
    assertThat(result.told().get(1))
        .isEqualTo(
            "a component of /"
                + name
                + " is a symbolic link, by which a hostile image could lead outside. Make it a"
                + " directory.");
    assertThat(result.code()).isEqualTo(125);
    assertThat(result.out()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void volumeWhoseTargetIsALinkStaysInside(Caller caller) throws IOException {
    Path tree = Rootfs.tree(caller);
    Path host = Directories.fresh(caller);
    Path victim = Directories.fresh(caller);
    Files.createFile(host.resolve("mounted"));
    Files.createSymbolicLink(tree.resolve("link"), victim);
    Files.createDirectories(tree.resolve(victim.toString().substring(1)));
    Rootfs.own(tree, caller);

    Outcome result = run(in(caller, tree, "ls", victim.toString(), "/link").bind(host, "/link"));

    // The link is followed, but inside the tree.
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).contains("mounted");
    assertThat(victim).isEmptyDirectory();
  }

  /** As cloud images have it: /etc/resolv.conf leads to below /run, where nothing is yet. */
  @ParameterizedTest
  @EnumSource
  void mountPointThatIsALinkToNothingIsMadeInside(Caller caller) throws IOException {
    Path outside = Directories.fresh(caller);
    Path file = Files.writeString(Directories.fresh(caller).resolve("f"), "mounted");
    Rootfs.own(file, caller);
    Path tree = Rootfs.tree(caller);
    Files.createSymbolicLink(tree.resolve("etc/up"), Path.of("../run/new/file"));
    Files.createSymbolicLink(tree.resolve("etc/away"), outside.resolve("made"));
    Files.createSymbolicLink(tree.resolve("etc/chain"), Path.of("/etc/away/deep"));
    Files.createSymbolicLink(tree.resolve("etc/text"), Path.of("../../../run/text"));
    Files.createSymbolicLink(tree.resolve("work"), Path.of("var/work"));

    for (String ephemeral : List.of("true", "false")) {
      String script = "cat /etc/up /run/text; stat -f -c %T /etc/chain; readlink -f .";
      Outcome result =
          run(
              shIn(caller, tree, script)
                  .with(EPHEMERAL, ephemeral)
                  .bind(file, "/etc/up", "ro")
                  .with(FILE, "/etc/text", "injected")
                  .with(TMPFS, "/etc/chain")
                  .with(DIRECTORY, "/work"));

      assertThat(result.orFail().lines()).containsExactly("mountedinjectedtmpfs", "/var/work");
    }
    assertThat(outside).isEmptyDirectory();
  }

  @Test
  void mountPointThatIsALoopOfLinks() throws IOException {
    Path tree = Rootfs.tree(ANY);
    Files.createSymbolicLink(tree.resolve("a"), Path.of("b"));
    Files.createSymbolicLink(tree.resolve("b"), Path.of("/a"));
    Files.createSymbolicLink(tree.resolve("grows"), Path.of("grows/x"));

    for (String target : List.of("/a", "/a/x", "/grows")) {
      assertThat(run(in(ANY, tree, "true").bind(Path.of("/tmp"), target)).message())
          .contains("mount " + target + ": ELOOP");
    }
  }

  @Test
  void passwdThatIsAPipeDoesNotBlock() throws IOException {
    Path tree = Rootfs.tree(ANY);
    Files.delete(tree.resolve("etc/passwd"));
    Command.check(List.of("mkfifo", "-m", "666", tree + "/etc/passwd"));

    refusesPasswd(tree, "it is no regular file");
  }

  @Test
  void passwdThatIsTooLarge() throws IOException {
    Path tree = Rootfs.tree(ANY);
    Files.writeString(tree.resolve("etc/passwd"), "x:x:1:1::/:/bin/sh\n".repeat(120_000));

    refusesPasswd(tree, "it has more than 1 MiB");
  }

  @Test
  void passwdThatIsALoopOfLinks() throws IOException {
    Path tree = Rootfs.tree(ANY);
    Files.delete(tree.resolve("etc/passwd"));
    Files.createSymbolicLink(tree.resolve("etc/passwd"), Path.of("passwd"));

    refusesPasswd(tree, "too many symbolic links, or one where none may be");
  }

  @Test
  void passwdThatIsADirectory() throws IOException {
    Path tree = Rootfs.tree(ANY);
    Files.delete(tree.resolve("etc/passwd"));
    Files.createDirectory(tree.resolve("etc/passwd"));

    refusesPasswd(tree, "it is no regular file");
  }

  @Test
  void passwdThatLinksOutsideIsLookedForInside() throws IOException {
    Path tree = Rootfs.tree(ANY);
    Path outside = Directories.fresh(ANY).resolve("passwd");
    Files.writeString(outside, "outsider:x:0:0::/:/bin/sh\n");
    Files.delete(tree.resolve("etc/passwd"));
    Files.createSymbolicLink(tree.resolve("etc/passwd"), outside);

    run(in(ANY, tree, "true").with(USER, "outsider"))
        .assertRefused(
            125,
            door.either("--user", "user(...)")
                + ": no user 'outsider' in the container's /etc/passwd (give one that is in"
                + " there, or a number from 0 to 4294967294)");
  }

  @Test
  void passwdThatMakesSomebodyRootByABadNumberIsPassedOver() throws IOException {
    Path tree = Rootfs.tree(ANY);
    Files.writeString(
        tree.resolve("etc/passwd"), "a:x::0::/:\nb:x:0x0:0::/:\nc:x:-0:0::/:\nd:x: 0:0::/:\ne\n");

    for (String user : List.of("a", "b", "c", "d", "e")) {
      run(in(ANY, tree, "true").with(USER, user))
          .assertRefused(
              125,
              door.either("--user", "user(...)")
                  + ": no user '"
                  + user
                  + "' in the container's /etc/passwd (give one that is in there, or a number from"
                  + " 0 to 4294967294)");
    }
  }

  private void refusesPasswd(Path tree, String why) {
    run(in(ANY, tree, "true").with(USER, "root"))
        .assertRefused(
            125,
            "can't read /etc/passwd of the root filesystem: " + why,
            "leave " + door.either("--user", "user(...)") + " out, or mend the root filesystem");
  }
}
