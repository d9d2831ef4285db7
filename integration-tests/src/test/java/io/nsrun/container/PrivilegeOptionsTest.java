package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Capabilities, no_new_privs, and what of /proc is hidden. */
class PrivilegeOptionsTest extends ContainerTest {
  private static final Caller ANY = Caller.PLAIN;
  private static final long DEFAULT = 0xa80425fbL;
  private static final long NET_ADMIN = 1L << 12;
  private static final long SYS_ADMIN = 1L << 21;
  private static final long CHOWN = 1L;

  @ParameterizedTest
  @EnumSource
  void capabilitiesAreDockersUnlessAskedOtherwise(Caller caller) {
    Status status = status(caller);

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
    assertThat(status(ANY, "--cap-add=" + names).effective())
        .isEqualTo(DEFAULT | NET_ADMIN | SYS_ADMIN);
  }

  @ParameterizedTest
  @EnumSource
  void capAddedCapabilityWorks(Caller caller) {
    String script = "ip link set lo down && ip link show lo";

    assertThat(sh(caller, script, "--cap-add=NET_ADMIN").orFail().out()).doesNotContain("UP");
    assertThat(sh(caller, script).code()).isNotZero();
  }

  @Test
  void capDropTakesAway() {
    assertThat(status(ANY, "--cap-drop=CHOWN").bounding()).isEqualTo(DEFAULT & ~CHOWN);
    assertThat(status(ANY, "--cap-drop", "ALL").bounding()).isZero();
    assertThat(status(ANY, "--cap-drop=all").effective()).isZero();
    assertThat(status(ANY, "--cap-drop=ALL", "--cap-add=CHOWN").effective()).isEqualTo(CHOWN);
  }

  @ParameterizedTest
  @EnumSource
  void privilegedGivesAllCapabilitiesAndMasksNothing(Caller caller) {
    Status privileged = status(caller, "--privileged");
    assertThat(privileged.effective()).isEqualTo(privileged.bounding());
    assertThat(Long.bitCount(privileged.effective())).isGreaterThanOrEqualTo(38);
    assertThat(privileged.noNewPrivileges()).isFalse();

    String belowProc = "grep -c ' /proc/' /proc/mounts";
    assertThat(sh(caller, belowProc, "--privileged").text()).isEqualTo("0");
    assertThat(Integer.parseInt(sh(caller, belowProc).text())).isGreaterThan(5);
  }

  @Test
  void securityOptLetsProgramsGainPrivileges() {
    assertThat(status(ANY, "--security-opt=no-new-privileges=false").noNewPrivileges()).isFalse();
    assertThat(status(ANY, "--privileged", "--security-opt", "no-new-privileges").noNewPrivileges())
        .isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void maskedFilesAreEmptyAndReadOnlyOnesRefuseWrites(Caller caller) {
    Result result =
        sh(
            caller,
            "cat /proc/keys | wc -c; cat /proc/interrupts | wc -c; echo 1 >/proc/sys/net/ipv4/ip_forward");

    assertThat(result.lines()).containsExactly("0", "0");
    assertThat(result.errors()).hasSize(1);
    assertThat(result.err()).contains("ip_forward: Read-only file system");
  }

  private static Status status(Caller caller, String... options) {
    return Status.parse(sh(caller, "cat /proc/self/status", options).orFail());
  }

  /** What /proc/PID/status tells about privileges. */
  private record Status(
      long inheritable,
      long permitted,
      long effective,
      long bounding,
      long ambient,
      boolean noNewPrivileges) {
    static Status parse(Result result) {
      return new Status(
          hex(result, "CapInh"),
          hex(result, "CapPrm"),
          hex(result, "CapEff"),
          hex(result, "CapBnd"),
          hex(result, "CapAmb"),
          value(result, "NoNewPrivs").equals("1"));
    }

    private static long hex(Result result, String key) {
      return Long.parseUnsignedLong(value(result, key), 16);
    }

    private static String value(Result result, String key) {
      for (String line : result.lines()) {
        if (line.startsWith(key + ":")) {
          return line.substring(key.length() + 1).strip();
        }
      }
      throw new AssertionError("no " + key + " in " + result.out());
    }
  }
}
