package io.nsrun.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExitStatusTest {
  @Test
  void exitCodeAndSignalAreTwoThings() {
    ExitStatus ended = ExitStatus.exited(137);
    ExitStatus killed = ExitStatus.signaled(9, false);

    assertThat(ended.code()).hasValue(137);
    assertThat(ended.signal()).isEmpty();
    assertThat(killed.code()).isEmpty();
    assertThat(killed.signal()).hasValue(9);
    assertThat(ended.toExitCode()).isEqualTo(killed.toExitCode()).isEqualTo(137);
    assertThat(ended).isNotEqualTo(killed);
  }

  @Test
  void statusesOfTheSameEndAreEqual() {
    assertThat(ExitStatus.exited(3))
        .isEqualTo(ExitStatus.exited(3))
        .hasSameHashCodeAs(ExitStatus.exited(3))
        .isNotEqualTo(ExitStatus.exited(4));
    assertThat(ExitStatus.signaled(11, true))
        .isEqualTo(ExitStatus.signaled(11, true))
        .isNotEqualTo(ExitStatus.signaled(11, false));
  }

  @Test
  void onlyExitCodeZeroIsSuccess() {
    assertThat(ExitStatus.exited(0).isSuccess()).isTrue();
    assertThat(ExitStatus.exited(1).isSuccess()).isFalse();
    assertThat(ExitStatus.signaled(15, false).isSuccess()).isFalse();
  }

  @Test
  void textSaysHowItEnded() {
    assertThat(ExitStatus.exited(3)).hasToString("exit code 3");
    assertThat(ExitStatus.signaled(11, true)).hasToString("signal 11 (core dumped)");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 256})
  void whatIsNoExitCodeIsRefused(int code) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ExitStatus.exited(code))
        .withMessageContaining(Integer.toString(code));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 65, -9})
  void whatIsNoSignalIsRefused(int signal) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ExitStatus.signaled(signal, false))
        .withMessageContaining(Integer.toString(signal));
  }
}
