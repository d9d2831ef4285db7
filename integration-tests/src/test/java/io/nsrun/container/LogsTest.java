package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a container that lives on has written; what is the same through the library is in {@link
 * LivingOnTest}.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LogsTest extends LastingTest {
  private Lasting all;

  @BeforeEach
  void begin() {
    all = lasting(ANY);
  }

  /** A container of that name whose shell has run this, and ended. */
  private void ended(String name, String script) {
    all.nsrun("run", "-d", "--name", name, "busybox", "sh", "-c", script);
    all.nsrun("wait", name);
  }

  @Test
  void theTwoStreamsAreKeptApartAndToTheByte() throws IOException {
    ended("a", "printf 'one\\n\\ntwo'; printf 'bad\\377\\n' >&2");

    Result result = all.nsrun().nsrun("logs", "a");

    assertThat(result.out()).isEqualTo("one\n\ntwo");
    Process process = all.start("logs", "a");
    assertThat(process.getErrorStream().readAllBytes())
        .isEqualTo(new byte[] {'b', 'a', 'd', (byte) 0xff, '\n'});
  }

  @Test
  void tailTimesAndSince() {
    ended("a", "for i in 1 2 3 4 5; do echo line $i; done");

    assertThat(all.nsrun("logs", "--tail", "2", "a").lines()).containsExactly("line 4", "line 5");
    assertThat(all.nsrun("logs", "-n", "0", "a").out()).isEmpty();
    assertThat(all.nsrun("logs", "--since", "1h", "a").lines()).hasSize(5);
    assertThat(all.nsrun("logs", "--until", "1h", "a").out()).isEmpty();
    assertThat(all.nsrun("logs", "--since", "2100-01-01T00:00:00Z", "a").out()).isEmpty();
    assertThat(all.nsrun("logs", "-t", "--tail=1", "a").text())
        .matches("20\\d\\d-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z line 5");
    assertThat(all.failing("logs", "--since", "yesterday", "a").errors().get(0))
        .contains("--since: \"yesterday\" is neither");
    assertThat(all.failing("logs", "--tail", "some", "a").errors().get(0)).contains("--tail");
  }

  @Test
  void followingSeesAllThroughEachChangeOfFilesUntilTheEnd() throws IOException {
    all.nsrun(
        "run",
        "-di",
        "--name=a",
        "--log-max-size=8k",
        "--log-max-files=4",
        "busybox",
        "sh",
        "-c",
        "echo ready; trap 'for i in $(seq 500); do echo line $i; done; exit 0' USR1;"
            + " while :; do sleep 1; done");
    Process following = all.start("logs", "-f", "a");
    BufferedReader out =
        new BufferedReader(
            new InputStreamReader(following.getInputStream(), StandardCharsets.UTF_8));
    assertThat(out.readLine()).isEqualTo("ready");

    all.nsrun("kill", "-s", "USR1", "a");

    assertThat(out.lines().toList())
        .endsWith("line 499", "line 500")
        .startsWith("line 1", "line 2")
        .hasSize(500);
    assertThat(Lasting.code(following)).isZero();
  }

  @Test
  void followingGoesOnBehindAChangeOfFiles() throws IOException {
    all.nsrun(
        "run",
        "-di",
        "--name=a",
        "--log-max-size=4k",
        "busybox",
        "sh",
        "-c",
        "trap 'for i in $(seq 200); do echo line $i; done; echo all' USR1;"
            + " echo ready; while :; do sleep 1; done");
    Process following = all.start("logs", "-f", "a");
    Lasting.line(following, "ready");

    for (int i = 0; i < 3; i++) {
      all.nsrun("kill", "-s", "USR1", "a");
      assertThat(Lasting.linesUntil(following, "all")).hasSize(200);
    }
  }

  /** What its monitor has not read when the last process ends is more than it reads at once. */
  @Test
  void whatIsInThePipeAtTheEndIsInTheLog() {
    all.nsrun(
        "run",
        "-d",
        "--name=a",
        "busybox",
        "sh",
        "-c",
        "trap 'seq 10000; exit 0' USR1; echo ready; while :; do sleep 1; done");
    all.awaitLog("a", "ready");
    Proc init = all.init("a");
    String monitor = init.stat(4);

    Command.check(List.of("kill", "-STOP", monitor));
    Command.check(List.of("kill", "-USR1", Long.toString(all.command("a").pid())));
    Await.until("all of it has ended", () -> init.state().equals("Z"));
    Command.check(List.of("kill", "-CONT", monitor));

    assertThat(all.nsrun("wait", "a").text()).isEqualTo("0");
    assertThat(all.nsrun("logs", "a").lines()).hasSize(10_001).endsWith("10000");
  }

  @Test
  void oneThatWritesWithoutAnEndIsReadToWhereItWas() {
    all.nsrun("run", "-d", "--name=a", "--log-max-size=1m", "busybox", "yes");
    Await.until("it writes", () -> Files.exists(all.find("a").resolve("log.1")));

    assertThat(all.nsrun("logs", "a").lines()).isNotEmpty().containsOnly("y");
  }

  @Test
  void aReaderThatGoesAwayEndsTheFollowing() throws IOException {
    all.nsrun("run", "-d", "--name=a", "busybox", "yes");
    Process following = all.start("logs", "-f", "a");
    following.getInputStream().readNBytes(10);

    following.getInputStream().close();

    assertThat(following.onExit().join().isAlive()).isFalse();
  }

  @Test
  void oneThatFloodsItsLogIsBounded() throws IOException {
    String id =
        all.nsrun(
                "run",
                "-d",
                "--name=a",
                "--log-max-size=64k",
                "--log-max-files=2",
                "busybox",
                "yes")
            .text();
    Path directory = all.directory(id);
    Await.until("two files", () -> Files.exists(directory.resolve("log.1")));

    for (int i = 0; i < 100; i++) {
      // Between the two it has no name.
      assertThat(directory.resolve("log").toFile().length()).isLessThan(65 << 10);
    }

    assertThat(all.nsrun("stop", "-t0", "a").text()).isEqualTo("a");
    assertThat(directory.resolve("log.2")).doesNotExist();
  }
}
