package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
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

  @Test
  void explainTellsTheRules() {
    Result result =
        Nsrun.as(Caller.PLAIN)
            .nsrun("explain", "--landlock=rx:/", "--landlock=rw:/tmp", "busybox", "true");

    assertThat(result.orFail().out()).contains("landlock(7)").contains("/tmp");
  }
}
