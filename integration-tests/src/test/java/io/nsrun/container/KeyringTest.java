package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Keys that the caller holds, of encrypted disks or of Kerberos. */
class KeyringTest extends ContainerTest {
  /** What the tool ends with where there are no keyrings, or the engine around us denies them. */
  private static final int NO_KEYRINGS = 77;

  /** Behind the filter of system calls, which would deny it too, stands a keyring of its own. */
  @ParameterizedTest
  @EnumSource
  void keysOfTheCallerAreOutOfReachWithoutTheFilterToo(Caller caller) {
    Result result =
        Nsrun.as(caller)
            .through(Tools.word("keys"), "hold")
            .run(
                "--security-opt=seccomp=unconfined",
                Tools.mount("keys"),
                "busybox",
                "/keys",
                "change");

    assumeThat(result.code()).isNotEqualTo(NO_KEYRINGS);
    assertThat(result.orFail().lines())
        .containsExactly("Required key not available", "the key holds: untouched");
  }

  /** An ordinary user's: root's container has ids, and quotas, of its own. */
  @ParameterizedTest
  @EnumSource(names = {"RANGED", "PLAIN"})
  void keysOfTheCallerAreNotSharedWhereTheQuotaIsUsedUp(Caller caller) {
    Result result =
        Nsrun.as(caller)
            .through(Tools.word("keys"), "fill")
            .run(
                "--name=web",
                "--security-opt=seccomp=unconfined",
                Tools.mount("keys"),
                "busybox",
                "/keys",
                "change");

    assumeThat(result.code()).isNotEqualTo(NO_KEYRINGS);
    assertThat(result.code()).isEqualTo(125);
    assertThat(result.out()).isEmpty();
    assertThat(result.errors().get(0))
        .startsWith("nsrun: web: keyring KEYCTL_JOIN_SESSION_KEYRING: EDQUOT");
    assertThat(result.err()).contains("kernel.keys.maxkeys");
  }
}
