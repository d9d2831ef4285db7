package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
  void rmFalseKeepsARecord() throws IOException {
    Path home = Directories.fresh(ANY);
    Nsrun nsrun = Nsrun.as(ANY).env("NSRUN_HOME", home.toString());

    Result result = nsrun.run("--rm=false", "--name=kept", "busybox", "sh", "-c", "kill -9 $$");

    assertThat(result.code()).isEqualTo(137);
    Path record = record(home);
    assertThat(Files.readString(record))
        .contains("\"name\":\"kept\"", "\"kind\":\"killed\"", "\"signal\":9", "\"wall_ns\":")
        .contains("\"command\":[\"sh\",\"-c\",\"kill -9 $$\"]");

    Result again = nsrun.run("--name=kept", "busybox", "true");
    assertThat(again.code()).isEqualTo(125);
    assertThat(again.errors())
        .containsExactly(
            "nsrun: the name kept belongs to a container that ended, whose record was kept",
            "  choose another --name, or remove " + record.getParent());

    Command.check(List.of("rm", "-r", String.valueOf(record.getParent())));
    assertThat(nsrun.run("--name=kept", "busybox", "true").orFail().code()).isZero();
  }

  @Test
  void rmIsTheDefault() throws IOException {
    Path home = Directories.fresh(ANY);
    Nsrun nsrun = Nsrun.as(ANY).env("NSRUN_HOME", home.toString());

    nsrun.run("--name=n", "busybox", "true").orFail();
    nsrun.run("--name=n", "--rm", "busybox", "true").orFail();

    assertThat(record(home)).isNull();
  }

  /** The only record below the home; null if there is none. */
  private static Path record(Path home) throws IOException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(home.resolve("state"))) {
      for (Path directory : all) {
        if (Files.exists(directory.resolve("record.json"))) {
          return directory.resolve("record.json");
        }
      }
    }
    return null;
  }
}
