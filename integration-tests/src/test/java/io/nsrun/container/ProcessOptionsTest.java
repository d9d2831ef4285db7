package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command is given: streams, environment, directory, user, limits. */
class ProcessOptionsTest extends ContainerTest {
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
  void envReplacesADefault() {
    assertThat(sh(ANY, "echo $PATH:$HOME", "-e", "PATH=/bin", "-e", "HOME=/tmp").text())
        .isEqualTo("/bin:/tmp");
  }

  @Test
  void commandIsSearchedInThePathOfTheContainer() {
    assertThat(Nsrun.as(ANY).run("-e", "PATH=/opt:/mnt", "busybox", "true").code()).isEqualTo(127);
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

  @ParameterizedTest
  @EnumSource
  void workdirIsMadeIfMissing(Caller caller) {
    assertThat(
            Nsrun.as(caller)
                .run("--ephemeral", "-w", "/made/for/this", "busybox", "pwd")
                .orFail()
                .text())
        .isEqualTo("/made/for/this");
    assertThat(Nsrun.as(caller).run("busybox", "pwd").orFail().text()).isEqualTo("/");
  }

  @Test
  void longWorkdirIsTheSame() {
    assertThat(Nsrun.as(ANY).run("--workdir=/etc", "busybox", "ls").orFail().lines())
        .contains("passwd");
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "RANGED"})
  void userIsLookedUpInTheContainer(Caller caller) {
    assertThat(sh(caller, "id; echo $HOME; cat /proc/self/status", "-u", "nobody").orFail().out())
        .startsWith("uid=65534(nobody) gid=65534(nogroup)")
        .contains("\n/nonexistent\n", "CapEff:\t0000000000000000", "Groups:\t \n");
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "RANGED"})
  void userMayBeNumbersThatNobodyHas(Caller caller) {
    assertThat(sh(caller, "id -u; id -g; echo $HOME", "--user=1234:tty").orFail().lines())
        .containsExactly("1234", "5", "/");
    assertThat(sh(caller, "id -u; id -g", "--user=1234").orFail().lines())
        .containsExactly("1234", "0");
  }

  @Test
  void userRootIsAllThatOneMappedIdAllows() {
    assertThat(sh(Caller.PLAIN, "id -un", "-u", "root").orFail().text()).isEqualTo("root");
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

  @ParameterizedTest
  @EnumSource
  void ulimitSetsSoftAndHardLimit(Caller caller) {
    assertThat(
            sh(
                    caller,
                    "ulimit -n; ulimit -Hn; ulimit -c",
                    "--ulimit=nofile=100:200",
                    "--ulimit",
                    "core=0")
                .orFail()
                .lines())
        .containsExactly("100", "200", "0");
  }

  @ParameterizedTest
  @EnumSource
  void sysctlSetsWhatANamespaceHasForItself(Caller caller) {
    assertThat(
            sh(
                    caller,
                    "cd /proc/sys/net/ipv4; cat ip_forward ip_unprivileged_port_start",
                    "--sysctl=net.ipv4.ip_forward=1",
                    "--sysctl",
                    "net/ipv4/ip_unprivileged_port_start=99")
                .orFail()
                .lines())
        .containsExactly("1", "99");
  }

  @Test
  void aSettingThatTheKernelDoesNotHaveOrTakeIsNamed() {
    Result missing = Nsrun.as(ANY).run("--sysctl=net.ipv4.none=1", "busybox", "true");
    Result refused = Nsrun.as(ANY).run("--sysctl=net.ipv4.ip_forward=x", "busybox", "true");
    Result machine = Nsrun.as(ANY).run("--sysctl=kernel.panic=1", "busybox", "true");

    assertThat(missing.code()).isEqualTo(125);
    assertThat(missing.err())
        .contains("sysctl net/ipv4/none: ENOENT")
        .contains("this kernel has no such setting");
    assertThat(refused.err())
        .contains("sysctl net/ipv4/ip_forward: EINVAL")
        .contains("the kernel does not take this value");
    Refusal.ofInput(
            "nsrun: --sysctl: kernel.panic belongs to the whole machine, or to a user (settings of"
                + " namespaces can be set: net.*, fs.mqueue.*, kernel.domainname, kernel.sem,"
                + " kernel.msg* and kernel.shm* of System V)")
        .assertIs(machine);
  }

  @Test
  void ulimitOfProcessesHoldsAForkBomb() {
    Result result =
        sh(
            Caller.RANGED,
            "i=0; while [ $i -lt 50 ]; do sleep 100 & i=$((i+1)); done",
            "--ulimit=nproc=20",
            "-u",
            "1000");

    assertThat(result.code()).isNotZero();
    assertThat(result.err()).contains("can't fork");
  }
}
