package io.nsrun.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutputWidthTest {
  @ParameterizedTest
  @CsvSource({"80,80", "20,40", "300,100", ",100", "wide,100", "-5,100", "99999999999,100"})
  void theWidthFollowsTheTerminalWithinReason(String variable, int expected) {
    assertThat(OutputWidth.columns(variable)).isEqualTo(expected);
  }
}
