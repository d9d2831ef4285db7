package io.nsrun.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.spec.SpecField;
import io.nsrun.spec.Text;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OptionDialectTest {
  private static String told(Object... parts) {
    return Text.of(parts).in(OptionDialect.OPTIONS);
  }

  @ParameterizedTest
  @EnumSource
  void everyFieldIsNamedByAnOptionOfRunOrAWord(SpecField field) {
    String name = OptionDialect.OPTIONS.name(field).split(" ", -1)[0];

    if (field == SpecField.ROOT || field == SpecField.ARGS) {
      assertThat(name).isUpperCase();
    } else {
      assertThat(RunOption.values()).extracting(RunOption::longName).contains(name);
    }
  }

  @Test
  void aFieldIsGivenAValueAsOnTheCommandLine() {
    assertThat(told(SpecField.USER_NAMESPACE.with("identity"))).isEqualTo("--userns=identity");
    assertThat(told(SpecField.RLIMIT.with("nproc="))).isEqualTo("--ulimit nproc=");
    assertThat(told(SpecField.VOLUME.with("/a", "/b", "ro"))).isEqualTo("-v /a:/b:ro");
    assertThat(told(SpecField.SECCOMP.with("unconfined")))
        .isEqualTo("--security-opt seccomp=unconfined");
  }
}
