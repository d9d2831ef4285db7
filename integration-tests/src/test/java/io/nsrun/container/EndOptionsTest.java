package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a container is made to end, and what is kept of it. */
class EndOptionsTest extends ContainerTest {
  private static final Caller ANY = Caller.PLAIN;

  /** Waits for a signal. The child is no reader of ours, so its end does not matter. */
  private static final String FOREVER = "sleep 1000000 & wait";

  @ParameterizedTest
  @EnumSource
  void timeoutStopsTheCommand(Caller caller) {
    Result result =
        Nsrun.as(caller).run("--name=slow", "--timeout=50ms", "busybox", "sleep", "1000000");

    assertThat(result.code()).isEqualTo(143);
    assertThat(result.errors())
        .containsExactly("nsrun: slow: stopped after the timeout of 0.05 s: killed by SIGTERM");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1h", "1m30s", "100000000", "0"})
  void timeoutThatDoesNotComeChangesNothing(String duration) {
    assertThat(sh(ANY, "exit 3", "--timeout", duration).code()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"USR1", "SIGUSR1", "sigusr1", "10"})
  void stopSignalIsWhatTheTimeoutSends(String signal) {
    Result result =
        sh(
            ANY,
            "trap 'echo asked; exit 7' USR1; " + FOREVER,
            "--name=n",
            "--timeout=0.05",
            "--stop-signal=" + signal);

    assertThat(result.code()).isEqualTo(7);
    assertThat(result.text()).isEqualTo("asked");
    assertThat(result.errors())
        .containsExactly("nsrun: n: stopped after the timeout of 0.05 s: exited with code 7");
  }

  @Test
  void stopTimeoutIsTheTimeBeforeTheKill() {
    Result result =
        sh(
            ANY,
            "trap '' TERM; " + FOREVER + "; " + FOREVER,
            "--name=n",
            "--timeout=50ms",
            "--stop-timeout=50ms");

    assertThat(result.code()).isEqualTo(137);
    assertThat(result.errors())
        .containsExactly("nsrun: n: stopped after the timeout of 0.05 s: killed by SIGKILL");
    // What it would be without the option.
    assertThat(Duration.ofNanos(result.nanos())).isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void rmFalseKeepsARecordAndNamesIt() throws IOException {
    Path home = Directories.fresh(ANY);
    Nsrun nsrun = Nsrun.as(ANY).env("NSRUN_HOME", home.toString());

    Result result = nsrun.run("--rm=false", "--name=kept", "busybox", "sh", "-c", "kill -9 $$");

    assertThat(result.code()).isEqualTo(137);
    Path record = records(home).get(0);
    assertThat(result.errors()).containsExactly("nsrun: kept: record kept: " + record);
    assertThat(Files.readString(record))
        .contains("\"name\":\"kept\"", "\"kind\":\"killed\"", "\"signal\":9", "\"wall_ns\":")
        .contains("\"command\":[\"sh\",\"-c\",\"kill -9 $$\"]");
  }

  @Test
  void rmFalseKeepsTheRecordsOfAllThatHadTheName() throws IOException {
    Path home = Directories.fresh(ANY);
    Nsrun nsrun = Nsrun.as(ANY).env("NSRUN_HOME", home.toString());

    assertThat(nsrun.run("--rm=false", "--name=one", "busybox", "false").code()).isEqualTo(1);
    assertThat(nsrun.run("--rm=false", "--name=one", "busybox", "nosuch").code()).isEqualTo(127);
    nsrun.run("--name=one", "busybox", "true").orFail();

    assertThat(records(home))
        .hasSize(2)
        .anySatisfy(record -> assertThat(record).content().contains("\"exited\""))
        .anySatisfy(record -> assertThat(record).content().contains("\"not-started\""));
  }

  @Test
  void rmIsTheDefault() throws IOException {
    Path home = Directories.fresh(ANY);
    Nsrun nsrun = Nsrun.as(ANY).env("NSRUN_HOME", home.toString());

    nsrun.run("--name=n", "busybox", "true").orFail();
    nsrun.run("--name=n", "--rm", "busybox", "true").orFail();

    assertThat(records(home)).isEmpty();
  }

  private static List<Path> records(Path home) throws IOException {
    try (Stream<Path> all = Files.walk(home.resolve("state"))) {
      return all.filter(file -> file.endsWith("record.json")).toList();
    }
  }
}
