package io.nsrun.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
  @ParameterizedTest
  @CsvSource({
    "10, 10000",
    "0, 0",
    "10s, 10000",
    "1m30s, 90000",
    "2h, 7200000",
    "1d, 86400000",
    "250ms, 250",
    "1.5s, 1500",
    "0.5, 500",
    "1m0.25s, 60250",
    ".5s, 500",
    "0.0001s, 1"
  })
  void aDurationIsReadToTheMillisecond(String text, long millis) {
    assertThat(Durations.parse(text)).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "s",
        "-1",
        "+1",
        "1x",
        "1 s",
        "1s30m",
        "1s1s",
        "1m30",
        "1..5s",
        ".",
        "1e3",
        "99999999999999999999",
        "2000000000",
        "NaN",
        "10S"
      })
  void whatIsNoDurationIsRefusedWithWhatOneLooksLike(String text) {
    assertThatThrownBy(() -> Durations.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("\"" + text + "\" is no duration: ")
        .hasMessageContaining("1m30s");
  }

  @Test
  void theLongestIsThirtyOneYears() {
    assertThat(Durations.parse("1000000000")).isEqualTo(Duration.ofSeconds(1_000_000_000));
  }
}
