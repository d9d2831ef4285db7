package io.nsrun.container;

import static io.nsrun.container.Setting.STOP_SIGNAL;
import static io.nsrun.container.Setting.STOP_TIMEOUT;
import static io.nsrun.container.Setting.TIMEOUT;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a container is made to end. */
@ThroughBothDoors
class EndOptionsTest extends DoorTest {
  private static final Caller ANY = Caller.PLAIN;

  /** Waits for a signal. The child is no reader of ours, so its end does not matter. */
  private static final String FOREVER = "sleep 1000000 & wait";

  @ParameterizedTest
  @EnumSource
  void timeoutStopsTheCommand(Caller caller) {
    Outcome result = run(busybox(caller, "sleep", "1000000").with(TIMEOUT, "50ms"));

    assertThat(result.code()).isEqualTo(143);
    assertThat(result.told())
        .containsExactly("stopped after the timeout of 0.05 s: killed by SIGTERM");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1h", "100000000s"})
  void timeoutThatDoesNotComeChangesNothing(String duration) {
    assertThat(run(sh(ANY, "exit 3").with(TIMEOUT, duration)).code()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"USR1", "SIGUSR1", "sigusr1", "10"})
  void stopSignalIsWhatTheTimeoutSends(String signal) {
    Outcome result =
        run(
            sh(ANY, "trap 'echo asked; exit 7' USR1; " + FOREVER)
                .with(TIMEOUT, "50ms")
                .with(STOP_SIGNAL, signal));

    assertThat(result.code()).isEqualTo(7);
    assertThat(result.text()).isEqualTo("asked");
    assertThat(result.told())
        .containsExactly("stopped after the timeout of 0.05 s: exited with code 7");
  }

  @Test
  void stopTimeoutIsTheTimeBeforeTheKill() {
    long begin = System.nanoTime();
    Outcome result =
        run(
            sh(ANY, "trap '' TERM; " + FOREVER + "; " + FOREVER)
                .with(TIMEOUT, "50ms")
                .with(STOP_TIMEOUT, "50ms"));

    assertThat(result.code()).isEqualTo(137);
    assertThat(result.told())
        .containsExactly("stopped after the timeout of 0.05 s: killed by SIGKILL");
    // What it would be without the option.
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
  }
}
