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

/** Root filesystems that can't be used, or that want to do harm. */
class BadRootfsTest extends ContainerTest {
  private static final Caller ANY = Caller.PLAIN;

  @Test
  void fileThatIsNoArchive() throws IOException {
    Path file = Files.writeString(Directories.fresh(ANY).resolve("file"), "hello\n");

    Refusal.ofInput(
            "nsrun: ROOTFS: "
                + file
                + ": the file is no tar archive (a ROOTFS file is a tar archive, plain or"
                + " compressed with gzip, xz or zstd)")
        .assertIs(Nsrun.as(ANY).run(file.toString(), "true"));
  }

  @Test
  void directoryThatTheCallerMayNotEnter() {
    Path tree = Rootfs.tree(Caller.ROOT);
    Command.check(List.of("chmod", "700", tree.toString()));

    Refusal.ofInput(
            "nsrun: ROOTFS: "
                + tree
                + " is a directory that you may not search (chmod or chown it, or run as its owner)")
        .assertIs(Nsrun.as(ANY).run(tree.toString(), "true"));
  }

  @Test
  void directoryBelowOneThatTheCallerMayNotEnter() {
    Path tree = Rootfs.tree(Caller.ROOT);
    Command.check(List.of("chmod", "700", tree.getParent().toString()));

    Refusal.ofInput(
            "nsrun: ROOTFS: "
                + tree
                + ": permission denied (you may not enter "
                + tree.getParent()
                + ")")
        .assertIs(Nsrun.as(ANY).run(tree.toString(), "true"));
  }

  @Test
  void directoryOfSomebodyElseWithoutMountPoints() throws IOException {
    Path tree = Rootfs.tree(Caller.ROOT);
    Files.delete(tree.resolve("proc"));

    new Refusal(
            125,
            List.of(
                "nsrun: NAME: mount /proc: EACCES (the mount point does not exist)",
                "  it can't be made: the directory above /proc belongs to an id that is not mapped in"
                    + " the container. Make it in the root filesystem, chown the tree to the caller,"
                    + " or use --ephemeral."))
        .assertIs(Nsrun.as(ANY).run(tree.toString(), "true"));
  }

  @Test
  void directoryThatIsEmpty() {
    Path tree = Directories.fresh(ANY);

    new Refusal(
            127,
            List.of(
                "nsrun: NAME: exec /bin/sh: ENOENT (execve)",
                "  the root filesystem has no /bin/sh, /usr or /etc. ROOTFS is a directory with a whole"
                    + " system in it, such as an image that was unpacked, or the name busybox."))
        .assertIs(Nsrun.as(ANY).run(tree.toString()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"proc", "sys", "dev"})
  void mountPointThatIsASymbolicLink(String name) throws IOException {
    Path tree = Rootfs.tree(ANY);
    Files.delete(tree.resolve(name));
    Files.createSymbolicLink(tree.resolve(name), Path.of("/etc"));

    Result result = Nsrun.as(ANY).run(tree.toString(), "true");

    assertThat(result.errors()).hasSize(2);
    assertThat(result.errors().get(0))
        .matches("nsrun: [0-9a-f]{12}: mount /" + name + ": ELOOP .*");
    assertThat(result.errors().get(1))
        .isEqualTo(
            "  a component of /"
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

    Result result =
        Nsrun.as(caller)
            .run("-v", host + ":/link", tree.toString(), "ls", victim.toString(), "/link");

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

    for (String option : List.of("--ephemeral", "--ephemeral=false")) {
      Result result =
          Nsrun.as(caller)
              .run(
                  option,
                  "-v",
                  file + ":/etc/up:ro",
                  "--inject=/etc/text=injected",
                  "--tmpfs=/etc/chain",
                  "-w",
                  "/work",
                  tree.toString(),
                  "sh",
                  "-c",
                  "cat /etc/up /run/text; stat -f -c %T /etc/chain; readlink -f .");

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
      assertThat(Nsrun.as(ANY).run("-v", "/tmp:" + target, tree.toString(), "true").err())
          .contains("mount " + target + ": ELOOP");
    }
  }

  @Test
  void passwdThatIsAPipeDoesNotBlock() throws IOException {
    Path tree = Rootfs.tree(ANY);
    Files.delete(tree.resolve("etc/passwd"));
    Command.check(List.of("mkfifo", "-m", "666", tree + "/etc/passwd"));

    refusesPasswd("it is no regular file").assertIs(asRoot(tree));
  }

  @Test
  void passwdThatIsTooLarge() throws IOException {
    Path tree = Rootfs.tree(ANY);
    Files.writeString(tree.resolve("etc/passwd"), "x:x:1:1::/:/bin/sh\n".repeat(120_000));

    refusesPasswd("it has more than 1 MiB").assertIs(asRoot(tree));
  }

  @Test
  void passwdThatIsALoopOfLinks() throws IOException {
    Path tree = Rootfs.tree(ANY);
    Files.delete(tree.resolve("etc/passwd"));
    Files.createSymbolicLink(tree.resolve("etc/passwd"), Path.of("passwd"));

    refusesPasswd("too many symbolic links, or one where none may be").assertIs(asRoot(tree));
  }

  @Test
  void passwdThatIsADirectory() throws IOException {
    Path tree = Rootfs.tree(ANY);
    Files.delete(tree.resolve("etc/passwd"));
    Files.createDirectory(tree.resolve("etc/passwd"));

    refusesPasswd("it is no regular file").assertIs(asRoot(tree));
  }

  @Test
  void passwdThatLinksOutsideIsLookedForInside() throws IOException {
    Path tree = Rootfs.tree(ANY);
    Path outside = Directories.fresh(ANY).resolve("passwd");
    Files.writeString(outside, "outsider:x:0:0::/:/bin/sh\n");
    Files.delete(tree.resolve("etc/passwd"));
    Files.createSymbolicLink(tree.resolve("etc/passwd"), outside);

    Refusal.ofInput(
            "nsrun: --user: no user 'outsider' in the container's /etc/passwd (give one that is in"
                + " there, or a number from 0 to 4294967294)")
        .assertIs(Nsrun.as(ANY).run("-u", "outsider", tree.toString(), "true"));
  }

  @Test
  void passwdThatMakesSomebodyRootByABadNumberIsPassedOver() throws IOException {
    Path tree = Rootfs.tree(ANY);
    Files.writeString(
        tree.resolve("etc/passwd"), "a:x::0::/:\nb:x:0x0:0::/:\nc:x:-0:0::/:\nd:x: 0:0::/:\ne\n");

    for (String user : List.of("a", "b", "c", "d", "e")) {
      Refusal.ofInput(
              "nsrun: --user: no user '"
                  + user
                  + "' in the container's /etc/passwd (give one that is in there, or a number from"
                  + " 0 to 4294967294)")
          .assertIs(Nsrun.as(ANY).run("-u", user, tree.toString(), "true"));
    }
  }

  private static Result asRoot(Path tree) {
    return Nsrun.as(ANY).run("-u", "root", tree.toString(), "true");
  }

  private static Refusal refusesPasswd(String why) {
    return new Refusal(
        125,
        List.of(
            "nsrun: can't read /etc/passwd of the root filesystem: " + why,
            "  leave --user out, or mend the root filesystem"));
  }
}
