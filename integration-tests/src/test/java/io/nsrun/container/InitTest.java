package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What PID 1 of a container owes to it. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InitTest {
  private Host before;

  @BeforeEach
  void remember() {
    before = Host.now();
  }

  @AfterEach
  void nothingIsLeft() {
    before.assertUnchanged();
  }

  @Test
  void tenThousandOrphansAreReaped() {
    try (Running running =
        Running.start(
            Nsrun.as(Caller.PLAIN),
            Tools.mount("probe"),
            "busybox",
            "/probe",
            "orphans",
            "10000")) {
      assertThat(running.line()).isEqualTo("10000 orphans");

      // The host sees the zombies of a container too: those of its PID 1.
      Await.until(
          "only the command is left, which reads",
          () -> {
            List<Proc> children = running.init().children();
            return children.size() == 1 && children.get(0).state().equals("S");
          });
      running.endInput();
      assertThat(running.end().code()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void floodOfSignalsKeepsInitFromNothing(Caller caller) {
    try (Running running = flooded(caller)) {
      running.endInput();

      assertThat(running.end().code()).isEqualTo(5);
    }
    try (Running running = flooded(caller)) {
      Running.kill("KILL", running.monitor().pid());

      assertThat(running.end().code()).isEqualTo(125);
      Await.unchanged(before);
    }
  }

  private static Running flooded(Caller caller) {
    return Running.ready(
        Nsrun.as(caller), Tools.mount("hostile"), "busybox", "/hostile", "signals");
  }

  @ParameterizedTest
  @EnumSource
  void endOfTheCommandTakesTheRestDown(Caller caller) {
    Result result =
        Nsrun.as(caller)
            .run(
                "busybox",
                "sh",
                "-c",
                "for i in 1 2 3; do setsid sleep 1000 </dev/null >/dev/null 2>&1 & done; exit 5");

    assertThat(result.code()).isEqualTo(5);
  }

  @Test
  void endOfTheCommandTakesTheRestDownInASharedPidNamespaceToo() {
    Result result =
        Nsrun.as(Caller.ROOT)
            .run(
                "--pid=host",
                "busybox",
                "sh",
                "-c",
                "sleep 1000 </dev/null >/dev/null 2>&1 & echo $!; exit 5");

    assertThat(result.code()).isEqualTo(5);
    assertThat(new Proc(Long.parseLong(result.text())).isThere()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void commandIsPid1IfWanted(Caller caller) {
    Result result = Nsrun.as(caller).run("--init=false", "busybox", "sh", "-c", "echo $$; exit 7");

    assertThat(result.code()).isEqualTo(7);
    assertThat(result.text()).isEqualTo("1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "false"})
  void signalThatKilledTheCommandIsToldWithAndWithoutInit(String init) {
    try (Running running =
        Running.ready(
            Nsrun.as(Caller.PLAIN),
            "--init=" + init,
            "busybox",
            "sh",
            "-c",
            "echo ready; exec sleep 1000")) {
      Proc command = init.equals("true") ? running.command() : running.init();

      Running.kill("KILL", command.pid());

      assertThat(running.end().code()).isEqualTo(137);
    }
  }

  @Test
  void ignoredAndBlockedSignalsOfTheCallerAreNotInherited() {
    // trap '' makes the shell and all it runs ignore the signal.
    try (Running running =
        Running.ready(
            Nsrun.as(Caller.PLAIN)
                .through("/bin/sh", "-c", "trap '' PIPE USR1 QUIT; exec \"$@\"", "sh"),
            "busybox",
            "sh",
            "-c",
            "echo ready; exec sleep 1000")) {
      Proc command = running.command();

      Await.until("sleep runs", () -> command.name().equals("sleep"));
      assertThat(command.status("SigIgn")).isEqualTo("0000000000000000");
      assertThat(command.status("SigBlk")).isEqualTo("0000000000000000");
      Running.kill("KILL", command.pid());
      assertThat(running.end().code()).isEqualTo(137);
    }
  }
}
