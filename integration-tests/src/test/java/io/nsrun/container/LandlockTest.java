package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the command may do with files, where rules say so. */
class LandlockTest extends ContainerTest {
  @ParameterizedTest
  @EnumSource
  void onlyWhatARuleAllowsIsWritten(Caller caller) {
    Path tree = Rootfs.tree(caller);
    Path open = tree.resolve("tmp/open");
    Path closed = tree.resolve("root/closed");

    Result result =
        Nsrun.as(caller)
            .run(
                "--landlock=rx:/",
                "--landlock=rw:/tmp",
                tree.toString(),
                "sh",
                "-c",
                "echo x >/tmp/open; echo y >/dev/null && echo null; echo x >/root/closed");

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

    Result result =
        Nsrun.as(caller)
            .run(
                "--landlock=rx:/bin",
                "--landlock=ro:/etc/passwd",
                tree.toString(),
                "sh",
                "-c",
                "cat /etc/passwd && cat /etc/marker");

    assertThat(result.text()).startsWith("root:");
    assertThat(result.text()).doesNotContain("of the test");
    assertThat(result.err()).contains("/etc/marker", "Permission denied");
  }

  @Test
  void readingDoesNotExecute() {
    Path tree = Rootfs.tree(Caller.PLAIN);

    Result result =
        Nsrun.as(Caller.PLAIN)
            .run("--landlock=rx:/etc", "--landlock=ro:/bin", tree.toString(), "sh", "-c", ":");

    assertThat(result.code()).isEqualTo(126);
    assertThat(result.errors().get(0)).contains("exec", "EACCES");
    assertThat(result.errors().get(1)).contains("--landlock");
  }

  @Test
  void aRuleForAPathThatIsNotThereIsTold() {
    Result result =
        Nsrun.as(Caller.PLAIN)
            .run("--name=n", "--landlock=rx:/", "--landlock=rw:/no/such", "busybox", "true");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.errors().get(0)).isEqualTo("nsrun: n: landlock /no/such: ENOENT (open)");
    assertThat(result.errors().get(1)).contains("not in the container");
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
      Result result =
          Nsrun.as(caller)
              .run(
                  "--name=n",
                  "-v",
                  data + ":/a/data",
                  "--landlock=rx:/bin",
                  "--landlock=ro:" + path,
                  tree.toString(),
                  "cat",
                  "/a/data/secret");

      assertThat(result.out()).as(path).isEmpty();
      assertThat(result.code()).as(path).isEqualTo(125);
      assertThat(result.errors().get(0)).isEqualTo("nsrun: n: landlock " + path + ": EXDEV (open)");
      assertThat(result.errors().get(1)).contains("Name the place itself");
    }
    // What the remedy says.
    assertThat(
            Nsrun.as(caller)
                .run(
                    "-v",
                    data + ":/a/data",
                    "--landlock=rx:/bin",
                    "--landlock=ro:/a/data",
                    tree.toString(),
                    "cat",
                    "/a/data/secret")
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

      Result result =
          Nsrun.as(caller)
              .run(
                  "-v",
                  data + ":/data",
                  "--landlock=rx:/bin/",
                  "--landlock=ro:/data/current/file",
                  tree.toString(),
                  "cat",
                  "/data/current/file");

      assertThat(result.orFail().text()).isEqualTo("of v1");
    }
  }

  @Test
  void explainTellsTheRules() {
    Result result =
        Nsrun.as(Caller.PLAIN)
            .nsrun("explain", "--landlock=rx:/", "--landlock=rw:/tmp", "busybox", "true");

    assertThat(result.orFail().out()).contains("landlock(7)").contains("/tmp");
  }
}
