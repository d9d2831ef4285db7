package io.nsrun.container;

import static io.nsrun.container.Setting.DIRECTORY;
import static io.nsrun.container.Setting.ENV;
import static io.nsrun.container.Setting.EPHEMERAL;
import static io.nsrun.container.Setting.RLIMIT;
import static io.nsrun.container.Setting.SYSCTL;
import static io.nsrun.container.Setting.USER;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command is given: streams, environment, directory, user, limits. */
@ThroughBothDoors
class ProcessOptionsTest extends DoorTest {
  private static final Caller ANY = Caller.PLAIN;

  @Test
  void envIsWhatIsSetAndNothingOfTheCallers() {
    Outcome result = run(busybox(ANY, "env").with(ENV, "A", "1 =2").with(ENV, "EMPTY", ""));

    assertThat(result.orFail().lines())
        .contains("A=1 =2", "EMPTY=", "container=nsrun", "HOME=/root")
        .noneMatch(line -> line.startsWith("LANG") || line.startsWith("XDG_RUNTIME_DIR"));
  }

  @Test
  void inputIsTheCommandsAndEnds() {
    assertThat(text(busybox(ANY, "wc", "-c").input("typed"))).isEqualTo("5");
    assertThat(text(busybox(ANY, "wc", "-c"))).isEqualTo("0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"kill -9 $$", "kill -TERM $$", "kill -SEGV $$"})
  void signalThatEndsTheCommandIsAddedTo128(String script) {
    int number = script.contains("9") ? 9 : script.contains("TERM") ? 15 : 11;

    assertThat(run(sh(ANY, script).with(RLIMIT, "core", "0", "0")).code()).isEqualTo(128 + number);
  }

  @Test
  void envReplacesADefault() {
    assertThat(
            run(sh(ANY, "echo $PATH:$HOME").with(ENV, "PATH", "/bin").with(ENV, "HOME", "/tmp"))
                .text())
        .isEqualTo("/bin:/tmp");
  }

  @Test
  void commandIsSearchedInThePathOfTheContainer() {
    assertThat(run(busybox(ANY, "true").with(ENV, "PATH", "/opt:/mnt")).code()).isEqualTo(127);
  }

  @ParameterizedTest
  @EnumSource
  void workdirIsMadeIfMissing(Caller caller) {
    assertThat(
            run(busybox(caller, "pwd").with(EPHEMERAL, "true").with(DIRECTORY, "/made/for/this"))
                .orFail()
                .text())
        .isEqualTo("/made/for/this");
    assertThat(run(busybox(caller, "pwd")).orFail().text()).isEqualTo("/");
  }

  @Test
  void longWorkdirIsTheSame() {
    assertThat(run(busybox(ANY, "ls").with(DIRECTORY, "/etc")).orFail().lines()).contains("passwd");
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "RANGED"})
  void userIsLookedUpInTheContainer(Caller caller) {
    assertThat(
            run(sh(caller, "id; echo $HOME; cat /proc/self/status").with(USER, "nobody"))
                .orFail()
                .out())
        .startsWith("uid=65534(nobody) gid=65534(nogroup)")
        .contains("\n/nonexistent\n", "CapEff:\t0000000000000000", "Groups:\t \n");
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "RANGED"})
  void userMayBeNumbersThatNobodyHas(Caller caller) {
    assertThat(run(sh(caller, "id -u; id -g; echo $HOME").with(USER, "1234:tty")).orFail().lines())
        .containsExactly("1234", "5", "/");
    assertThat(run(sh(caller, "id -u; id -g").with(USER, "1234")).orFail().lines())
        .containsExactly("1234", "0");
  }

  @Test
  void userRootIsAllThatOneMappedIdAllows() {
    assertThat(run(sh(Caller.PLAIN, "id -un").with(USER, "root")).orFail().text())
        .isEqualTo("root");
  }

  @ParameterizedTest
  @EnumSource
  void ulimitSetsSoftAndHardLimit(Caller caller) {
    assertThat(
            run(sh(caller, "ulimit -n; ulimit -Hn; ulimit -c")
                    .with(RLIMIT, "nofile", "100", "200")
                    .with(RLIMIT, "core", "0", "0"))
                .orFail()
                .lines())
        .containsExactly("100", "200", "0");
  }

  @ParameterizedTest
  @EnumSource
  void sysctlSetsWhatANamespaceHasForItself(Caller caller) {
    assertThat(
            run(sh(caller, "cd /proc/sys/net/ipv4; cat ip_forward ip_unprivileged_port_start")
                    .with(SYSCTL, "net.ipv4.ip_forward", "1")
                    .with(SYSCTL, "net/ipv4/ip_unprivileged_port_start", "99"))
                .orFail()
                .lines())
        .containsExactly("1", "99");
  }

  @Test
  void aSettingThatTheKernelDoesNotHaveOrTakeIsNamed() {
    Outcome missing = run(busybox(ANY, "true").with(SYSCTL, "net.ipv4.none", "1"));
    Outcome refused = run(busybox(ANY, "true").with(SYSCTL, "net.ipv4.ip_forward", "x"));
    Outcome machine = run(busybox(ANY, "true").with(SYSCTL, "kernel.panic", "1"));

    assertThat(missing.code()).isEqualTo(125);
    assertThat(missing.message())
        .contains("sysctl net/ipv4/none: ENOENT")
        .contains("this kernel has no such setting");
    assertThat(refused.message())
        .contains("sysctl net/ipv4/ip_forward: EINVAL")
        .contains("the kernel does not take this value");
    machine.assertRefused(
        125,
        door.either("--sysctl", "Security.sysctl(...)")
            + ": kernel.panic belongs to the whole machine, or to a user (settings of"
            + " namespaces can be set: net.*, fs.mqueue.*, kernel.domainname, kernel.sem,"
            + " kernel.msg* and kernel.shm* of System V)");
  }

  @Test
  void ulimitOfProcessesHoldsAForkBomb() {
    Outcome result =
        run(
            sh(Caller.RANGED, "i=0; while [ $i -lt 50 ]; do sleep 100 & i=$((i+1)); done")
                .with(RLIMIT, "nproc", "20", "20")
                .with(USER, "1000"));

    assertThat(result.code()).isNotZero();
    assertThat(result.err()).contains("can't fork");
  }
}
