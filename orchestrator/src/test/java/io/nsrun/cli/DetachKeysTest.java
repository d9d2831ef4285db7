package io.nsrun.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.spec.ExplainedException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DetachKeysTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ctrl-p,ctrl-q | 1011",
        "ctrl-@,ctrl-A,ctrl-_ | 00011f",
        "ctrl-[,ctrl-\\,ctrl-],ctrl-^ | 1b1c1d1e",
        "a,Z,~ | 615a7e",
        "ctrl-z | 1a"
      })
  void keysAreWhatATerminalSends(String text, String bytes) throws ExplainedException {
    assertThat(DetachKeys.parse(text)).isEqualTo(HexFormat.of().parseHex(bytes));
  }

  @Test
  void nothingIsNoKeys() throws ExplainedException {
    assertThat(DetachKeys.parse("")).isEmpty();
    assertThat(DetachKeys.parse("a,".repeat(15) + "b")).hasSize(16);
  }

  @ParameterizedTest
  @ValueSource(strings = {",", "a,", "ctrl-", "ctrl-1", "ctrl-pp", "ctrl", "CTRL-p", " ", "\u00e9"})
  void whatIsNoKeyIsNamed(String text) {
    assertThatThrownBy(() -> DetachKeys.parse(text))
        .isInstanceOf(ExplainedException.class)
        .hasMessageContaining("is no key");
  }

  @Test
  void tooManyAreToldByNumber() {
    assertThatThrownBy(() -> DetachKeys.parse("a,".repeat(16) + "b"))
        .hasMessageContaining("17 keys; at most 16");
  }
}
