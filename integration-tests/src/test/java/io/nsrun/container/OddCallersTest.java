package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Callers who lack what nearly everybody has. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OddCallersTest extends ContainerTest {
  /** As docker run --cap-drop, or CapabilityBoundingSet= of a unit. */
  private static Nsrun rootWithout(String... capabilities) {
    String without = "-" + String.join(",-", capabilities);
    return Nsrun.as(Caller.ROOT)
        .through("setpriv", "--bounding-set=" + without, "--inh-caps=-all", "--");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sys_ptrace", "setfcap", "kill", "dac_override", "chown", "net_admin"})
  void rootThatLacksACapabilityHasAContainerWithIdsOfItsOwnAllTheSame(String capability) {
    List<String> lines =
        sh(rootWithout(capability), "id -u; cat /proc/self/uid_map").orFail().lines();

    assertThat(lines.get(0)).isEqualTo("0");
    assertThat(lines.get(1).strip()).matches("0 +(1879|19|20|21)[0-9]+ +65536");
  }

  @Test
  void rootThatMayNotKillEndsItsContainerAllTheSame() {
    Result stopped = rootWithout("kill").run("--timeout=100ms", "busybox", "sleep", "1000");
    Result killed =
        sh(rootWithout("kill"), "x=$(head -c 99m /dev/zero | tr '\\0' a)", "--memory=20m");

    assertThat(stopped.code()).isEqualTo(143);
    assertThat(stopped.err()).contains("stopped after the timeout of 0.10 s");
    assertThat(killed.code()).isEqualTo(137);
    assertThat(killed.err()).contains("memory limit of 20 MiB reached");
  }

  @Test
  void rootThatNobodyLetsMapItsIdIsToldWhatToDo() {
    Result result = rootWithout("all").run("busybox", "true");
    Nsrun other =
        Nsrun.as(Caller.ROOT)
            .through("setpriv", "--reuid", Caller.PLAIN.login(), "--clear-groups", "--")
            .env("HOME", Caller.PLAIN.home().toString());

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.errors().get(1))
        .contains("CAP_SETFCAP", "Grant them, or start nsrun as another user.");
    assertThat(rootWithout("setfcap").run("busybox", "true").code()).isZero();
    assertThat(other.nsrun("run", "busybox", "true").code()).isZero();
  }
}
