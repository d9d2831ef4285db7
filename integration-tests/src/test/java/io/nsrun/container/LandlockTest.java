package io.nsrun.container;

import static io.nsrun.container.Setting.LANDLOCK;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the command may do with files, where rules say so. */
@ThroughBothDoors
class LandlockTest extends DoorTest {
  @ParameterizedTest
  @EnumSource
  void onlyWhatARuleAllowsIsWritten(Caller caller) {
    Path tree = Rootfs.tree(caller);
    Path open = tree.resolve("tmp/open");
    Path closed = tree.resolve("root/closed");

    Outcome result =
        run(
            shIn(
                    caller,
                    tree,
                    "echo x >/tmp/open; echo y >/dev/null && echo null; echo x >/root/closed")
                .with(LANDLOCK, "rx", "/")
                .with(LANDLOCK, "rw", "/tmp"));

    assertThat(Files.exists(open)).as(result.err()).isTrue();
    assertThat(result.text()).isEqualTo("null");
    assertThat(result.code()).isNotZero();
    assertThat(result.err()).contains("/root/closed: Permission denied");
    assertThat(Files.exists(closed)).isFalse();
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void whatNoRuleNamesIsNotRead(Caller caller) {
    Path tree = Rootfs.tree(caller);

    Outcome result =
        run(
            shIn(caller, tree, "cat /etc/passwd && cat /etc/marker")
                .with(LANDLOCK, "rx", "/bin")
                .with(LANDLOCK, "ro", "/etc/passwd"));

    assertThat(result.text()).startsWith("root:");
    assertThat(result.text()).doesNotContain("of the test");
    assertThat(result.err()).contains("/etc/marker", "Permission denied");
  }

  @Test
  void readingDoesNotExecute() {
    Path tree = Rootfs.tree(Caller.PLAIN);

    Outcome result =
        run(
            shIn(Caller.PLAIN, tree, ":")
                .with(LANDLOCK, "rx", "/etc")
                .with(LANDLOCK, "ro", "/bin"));

    assertThat(result.code()).isEqualTo(126);
    assertThat(result.told().get(0)).contains("exec", "EACCES");
    assertThat(result.told().get(1)).contains(door.either("--landlock", "Security.landlock"));
  }

  @Test
  void aRuleForAPathThatIsNotThereIsTold() {
    Outcome result =
        run(
            busybox(Caller.PLAIN, "true")
                .with(LANDLOCK, "rx", "/")
                .with(LANDLOCK, "rw", "/no/such"));

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.told().get(0)).isEqualTo("landlock /no/such: ENOENT (open)");
    assertThat(result.told().get(1)).contains("not in the container");
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void aLinkOfTheRootLeadsNoRuleIntoAVolume(Caller caller) throws IOException {
    Path data = Directories.fresh(caller);
    Files.writeString(data.resolve("secret"), "secret");
    Path tree = Rootfs.tree(caller);
    Files.createDirectories(tree.resolve("a/data"));
    Files.createSymbolicLink(tree.resolve("absolute"), Path.of("/a/data"));
    Files.createSymbolicLink(tree.resolve("a/relative"), Path.of("../a/./data"));
    Files.createSymbolicLink(tree.resolve("above"), Path.of("a"));
    Files.createSymbolicLink(tree.resolve("all"), Path.of("/"));
    Files.createSymbolicLink(tree.resolve("process"), Path.of("/proc/self/root"));
    Rootfs.own(tree, caller);
    for (String path :
        List.of("/absolute", "/a/relative", "/above/data", "/all/a/data", "/process/a/data/")) {
      Outcome result =
          run(
              in(caller, tree, "cat", "/a/data/secret")
                  .bind(data, "/a/data")
                  .with(LANDLOCK, "rx", "/bin")
                  .with(LANDLOCK, "ro", path));

      assertThat(result.out()).as(path).isEmpty();
      assertThat(result.code()).as(path).isEqualTo(125);
      assertThat(result.told().get(0)).isEqualTo("landlock " + path + ": EXDEV (open)");
      assertThat(result.told().get(1)).contains("Name the place itself");
    }
    // What the remedy says.
    assertThat(
            run(in(caller, tree, "cat", "/a/data/secret")
                    .bind(data, "/a/data")
                    .with(LANDLOCK, "rx", "/bin")
                    .with(LANDLOCK, "ro", "/a/data"))
                .orFail()
                .text())
        .isEqualTo("secret");
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void aLinkThatStaysOnItsMountIsFollowed(Caller caller) throws IOException {
    Path data = Directories.fresh(caller);
    Files.createDirectories(data.resolve("v1"));
    Files.writeString(data.resolve("v1/file"), "of v1");
    Files.createSymbolicLink(data.resolve("current"), Path.of("v1"));
    for (Path usrBin : List.of(Path.of("usr/bin"), Path.of("/usr/bin"))) {
      Path tree = Rootfs.tree(caller);
      // As the trees of distributions have it.
      Files.createDirectory(tree.resolve("usr"));
      Files.move(tree.resolve("bin"), tree.resolve("usr/bin"));
      Files.createSymbolicLink(tree.resolve("bin"), usrBin);
      Rootfs.own(tree, caller);

      Outcome result =
          run(
              in(caller, tree, "cat", "/data/current/file")
                  .bind(data, "/data")
                  .with(LANDLOCK, "rx", "/bin/")
                  .with(LANDLOCK, "ro", "/data/current/file"));

      assertThat(result.orFail().text()).isEqualTo("of v1");
    }
  }
}
