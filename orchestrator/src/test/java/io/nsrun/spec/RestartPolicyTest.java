package io.nsrun.spec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RestartPolicyTest {
  @ParameterizedTest
  @CsvSource({
    "no, no",
    "on-failure, on-failure",
    "on-failure:3, on-failure:3",
    "on-failure:0, on-failure",
    "always, always",
    "unless-stopped, always"
  })
  void whatIsReadIsToldAgain(String text, String told) {
    assertThat(RestartPolicy.parse(text).text()).isEqualTo(told);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "yes", "on-failure:", "on-failure:-1", "on-failure:x", "always:3"})
  void whatIsNoPolicyIsNone(String text) {
    assertThat(RestartPolicy.parse(text)).isNull();
  }
}
