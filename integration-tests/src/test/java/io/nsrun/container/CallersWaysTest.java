package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a process has from its parent, and a container is not to have from its caller. */
@DependsOnJvm
class CallersWaysTest extends ContainerTest {
  @ParameterizedTest
  @EnumSource
  void umaskOfTheCallerIsNotThatOfTheContainersFiles(Caller caller) {
    Nsrun nsrun = Nsrun.as(caller).through("/bin/sh", "-c", "umask 077; exec \"$@\"", "sh");

    Result result =
        sh(
            nsrun,
            "umask; stat -c '%a %n' / /dev /made /made/file /tmpfs",
            "--ephemeral",
            "--inject=/made/file=text",
            "--tmpfs=/tmpfs");

    assertThat(result.orFail().lines())
        .containsExactly("0022", "755 /", "755 /dev", "755 /made", "444 /made/file", "1777 /tmpfs");
  }

  @Test
  void adjustmentOfTheOutOfMemoryKillerIsNoneInTheContainer() {
    Nsrun nsrun =
        Nsrun.as(Caller.ROOT)
            .through(
                "/bin/sh",
                "-c",
                "choom -n -1 -- true && exec choom -n -1 -- \"$@\"; exit 77",
                "sh");

    Result result = sh(nsrun, "cat /proc/self/oom_score_adj");

    // To be less in the killer's eyes takes CAP_SYS_RESOURCE.
    assumeThat(result.code()).isNotEqualTo(77);
    assertThat(result.text()).isEqualTo("0");
  }

  @Test
  void realTimeOfTheCallerIsNotThatOfTheContainer() {
    try (Running running =
        Running.ready(
            Nsrun.as(Caller.ROOT).through("chrt", "-f", "3", "ionice", "-c", "1", "-n", "0"),
            "busybox",
            "sh",
            "-c",
            "echo ready; read line")) {
      for (Proc process : new Proc[] {running.monitor(), running.init(), running.command()}) {
        // proc_pid_stat(5): priority and policy; those of the caller are 3 and 1.
        assertThat(process.stat(40)).isEqualTo("0");
        assertThat(process.stat(41)).isEqualTo("0");
        assertThat(Command.check(java.util.List.of("ionice", "-p", Long.toString(process.pid()))))
            .doesNotContain("realtime");
      }
      assertThat(running.jvm().stat(41)).isEqualTo("1");
    }
  }

  @ParameterizedTest
  @EnumSource
  void personalityOfTheCallerIsLeftButForTheNameOfTheMachine(Caller caller) {
    Nsrun nsrun =
        Nsrun.as(caller)
            .through("setarch", "linux32", "--addr-no-randomize", "--read-implies-exec");

    // PER_LINUX32 alone.
    assertThat(sh(nsrun, "cat /proc/self/personality").orFail().text()).isEqualTo("00000008");
    assertThat(sh(caller, "cat /proc/self/personality").orFail().text()).isEqualTo("00000000");
  }
}
