package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** All privileges at once. */
class PrivilegedTest extends ContainerTest {
  @ParameterizedTest
  @EnumSource
  void privilegedGivesAllCapabilitiesAndMasksNothing(Caller caller) {
    Status privileged = status(caller, "--privileged");
    assertThat(privileged.effective()).isEqualTo(privileged.bounding());
    assertThat(Long.bitCount(privileged.effective())).isGreaterThanOrEqualTo(38);
    assertThat(privileged.noNewPrivileges()).isFalse();
    assertThat(
            status(caller, "--privileged", "--security-opt", "no-new-privileges").noNewPrivileges())
        .isTrue();

    String belowProc = "grep -c ' /proc/' /proc/mounts";
    assertThat(sh(caller, belowProc, "--privileged").text()).isEqualTo("0");
    assertThat(Integer.parseInt(sh(caller, belowProc).text())).isGreaterThan(5);
  }

  private static Status status(Caller caller, String... options) {
    return Status.parse(sh(caller, "cat /proc/self/status", options).orFail().lines());
  }
}
