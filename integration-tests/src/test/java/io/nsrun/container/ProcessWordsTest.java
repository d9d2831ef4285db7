package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command is given by options that only the command line has. */
class ProcessWordsTest extends ContainerTest {
  private static final Caller ANY = Caller.PLAIN;

  @Test
  void interactiveFalseGivesTheCommandAnEmptyInput() {
    assertThat(Nsrun.as(ANY).input("typed").run("busybox", "cat").orFail().out())
        .isEqualTo("typed");
    assertThat(Nsrun.as(ANY).input("typed").run("-i=false", "busybox", "cat").orFail().out())
        .isEmpty();
    assertThat(
            sh(Nsrun.as(ANY).input("typed"), "readlink /proc/self/fd/0", "--interactive=false")
                .text())
        .isEqualTo("/dev/null");
  }

  @Test
  void lastOfRepeatedFlagsCounts() {
    Nsrun nsrun = Nsrun.as(ANY).input("typed");

    assertThat(nsrun.run("-i=false", "-i", "busybox", "cat").orFail().out()).isEqualTo("typed");
  }

  @Test
  void relayGivesTheCommandPipesOfItsOwn() throws Exception {
    Path file = Files.writeString(Directories.fresh(ANY).resolve("in"), "typed");

    Process process =
        Nsrun.as(ANY)
            .builder("run", "--relay", "busybox", "sh", "-c", "readlink /proc/self/fd/0; cat")
            .redirectInput(file.toFile())
            .start();

    assertThat(Command.text(process.getInputStream())).matches("pipe:\\[\\d+\\]\ntyped");
    assertThat(process.waitFor()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-t", "--tty", "-it"})
  void ttyGivesTheCommandATerminal(String option) {
    Result result = sh(ANY, "test -t 0 && test -t 1 && test -t 2 && tty", "--name=t", option);

    assertThat(result.code()).isZero();
    assertThat(result.text()).isIn("/dev/console", "/dev/pts/0");
    assertThat(result.errors()).hasSize(1);
    assertThat(result.errors().get(0)).matches("nsrun: t: exited with code 0 after [0-9.]+ m?s");
    assertThat(sh(ANY, "test -t 1").code()).isEqualTo(1);
  }

  @Test
  void ttyFalseLeavesTheCallersTerminalToTheCommand() {
    // With its own terminal, the command would see one of its own /dev/pts.
    Nsrun terminal = Nsrun.as(ANY).through("sh", "-c", "exec script -qec \"$*\" /dev/null", "sh");

    assertThat(terminal.run("-t=false", "busybox", "readlink", "/proc/self/fd/1").text())
        .startsWith("/dev/pts/")
        .doesNotContain("exited with code");
    assertThat(terminal.run("busybox", "true").text()).contains("exited with code 0 after");
  }

  @Test
  void envSetsVariablesAndPassesTheCallersOn() {
    Nsrun nsrun = Nsrun.as(ANY).env("PASSED", "on").env("SECRET", "kept");

    Result result =
        nsrun.run("-e", "A=1 =2", "--env=EMPTY=", "-e", "PASSED", "-e", "UNSET", "busybox", "env");

    assertThat(result.orFail().lines())
        .contains("A=1 =2", "EMPTY=", "PASSED=on", "container=nsrun", "HOME=/root")
        .noneMatch(line -> line.startsWith("UNSET") || line.startsWith("SECRET"));
  }

  @Test
  void envFileSetsAVariableForEachLine() throws IOException {
    Path file = Directories.fresh(ANY).resolve("variables");
    Files.writeString(file, "# comment\n\nA=from file\nB=2\r\n  # another\nPASSED\nC=x=y");

    Result result =
        Nsrun.as(ANY)
            .env("PASSED", "on")
            .run("--env-file", file.toString(), "-e", "A=from option", "busybox", "env");

    // A single variable wins over a file, wherever it stands.
    assertThat(result.orFail().lines())
        .contains("A=from option", "B=2", "PASSED=on", "C=x=y")
        .noneMatch(line -> line.contains("comment"));
  }

  /** As bash makes one of {@code --env-file <(...)}. */
  @Test
  void envFileMayBeAPipe() {
    Result result =
        Nsrun.as(Caller.ROOT).input("A=1\n").run("--env-file=/dev/stdin", "busybox", "env");

    assertThat(result.orFail().lines()).contains("A=1");
  }

  @Test
  void entrypointTakesTheWordsAsItsArguments() {
    assertThat(Nsrun.as(ANY).run("--entrypoint=echo", "busybox", "true", "-n").orFail().text())
        .isEqualTo("true -n");
    assertThat(Nsrun.as(ANY).run("--entrypoint", "/bin/pwd", "busybox").orFail().text())
        .isEqualTo("/");
  }

  @ParameterizedTest
  @EnumSource
  void initFalseMakesTheCommandPid1(Caller caller) {
    String script = "read -r name </proc/1/comm; echo $$ $name";

    assertThat(sh(caller, script, "--init=false").orFail().text()).isEqualTo("1 sh");
    assertThat(sh(caller, script, "--init").orFail().text()).isEqualTo("2 nsinit");
  }

  @ParameterizedTest
  @ValueSource(strings = {"exit 7", "kill -9 $$", "kill -TERM $$"})
  void exitCodeIsTheSameWithAndWithoutInit(String script) {
    // PID 1 is not killed by its own signals: then the command goes on and ends with 0.
    int expected = script.startsWith("exit") ? 7 : script.contains("-9") ? 137 : 143;

    assertThat(sh(ANY, script).code()).isEqualTo(expected);
    assertThat(sh(ANY, script, "--init=false").code()).isEqualTo(script.startsWith("exit") ? 7 : 0);
  }

  @Test
  void umaskIsTheCommands() {
    assertThat(sh(ANY, "umask", "--umask=027").orFail().text()).isEqualTo("0027");
    assertThat(sh(ANY, "umask").orFail().text()).isEqualTo("0022");
  }
}
