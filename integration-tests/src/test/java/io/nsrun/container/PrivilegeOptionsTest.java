package io.nsrun.container;

import static io.nsrun.container.Setting.CAP_ADD;
import static io.nsrun.container.Setting.CAP_DROP;
import static io.nsrun.container.Setting.NO_NEW_PRIVILEGES;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Capabilities, no_new_privs, and what of /proc is hidden. */
@ThroughBothDoors
class PrivilegeOptionsTest extends DoorTest {
  private static final Caller ANY = Caller.PLAIN;
  private static final long DEFAULT = 0xa80425fbL;
  private static final long NET_ADMIN = 1L << 12;
  private static final long SYS_ADMIN = 1L << 21;
  private static final long CHOWN = 1L;

  @ParameterizedTest
  @EnumSource
  void capabilitiesAreDockersUnlessAskedOtherwise(Caller caller) {
    Status status = status(asked(caller));

    assertThat(status.bounding()).isEqualTo(DEFAULT);
    assertThat(status.effective()).isEqualTo(DEFAULT);
    assertThat(status.permitted()).isEqualTo(DEFAULT);
    assertThat(status.inheritable()).isZero();
    assertThat(status.ambient()).isZero();
    assertThat(status.noNewPrivileges()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"NET_ADMIN,SYS_ADMIN", "cap_net_admin,CAP_SYS_ADMIN"})
  void capAddGivesMore(String names) {
    Asked asked = asked(ANY);
    for (String name : names.split(",", -1)) {
      asked.with(CAP_ADD, name);
    }

    assertThat(status(asked).effective()).isEqualTo(DEFAULT | NET_ADMIN | SYS_ADMIN);
  }

  @ParameterizedTest
  @EnumSource
  void capAddedCapabilityWorks(Caller caller) {
    String script = "ip link set lo down && ip link show lo";

    assertThat(run(sh(caller, script).with(CAP_ADD, "NET_ADMIN")).orFail().out())
        .doesNotContain("UP");
    assertThat(run(sh(caller, script)).code()).isNotZero();
  }

  @Test
  void capDropTakesAway() {
    assertThat(status(asked(ANY).with(CAP_DROP, "CHOWN")).bounding()).isEqualTo(DEFAULT & ~CHOWN);
    assertThat(status(asked(ANY).with(CAP_DROP, "ALL")).bounding()).isZero();
    assertThat(status(asked(ANY).with(CAP_DROP, "all")).effective()).isZero();
    assertThat(status(asked(ANY).with(CAP_DROP, "ALL").with(CAP_ADD, "CHOWN")).effective())
        .isEqualTo(CHOWN);
  }

  @Test
  void securityOptLetsProgramsGainPrivileges() {
    assertThat(status(asked(ANY).with(NO_NEW_PRIVILEGES, "false")).noNewPrivileges()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void maskedFilesAreEmptyAndReadOnlyOnesRefuseWrites(Caller caller) {
    Outcome result =
        run(
            sh(
                caller,
                "cat /proc/keys | wc -c; cat /proc/interrupts | wc -c; echo 1 >/proc/sys/net/ipv4/ip_forward"));

    assertThat(result.lines()).containsExactly("0", "0");
    assertThat(result.errors()).hasSize(1);
    assertThat(result.err()).contains("ip_forward: Read-only file system");
  }

  private static Asked asked(Caller caller) {
    return busybox(caller, "cat", "/proc/self/status");
  }

  private Status status(Asked asked) {
    return Status.parse(run(asked).orFail().lines());
  }
}
