package io.nsrun.container;

import static io.nsrun.container.Setting.ADD_HOST;
import static io.nsrun.container.Setting.CPUSET;
import static io.nsrun.container.Setting.DNS;
import static io.nsrun.container.Setting.DOMAINNAME;
import static io.nsrun.container.Setting.ENV;
import static io.nsrun.container.Setting.GROUP;
import static io.nsrun.container.Setting.INIT;
import static io.nsrun.container.Setting.IO_PRIORITY;
import static io.nsrun.container.Setting.JVM;
import static io.nsrun.container.Setting.KEEP_GROUPS;
import static io.nsrun.container.Setting.MASK;
import static io.nsrun.container.Setting.MEMORY;
import static io.nsrun.container.Setting.NAMESPACE;
import static io.nsrun.container.Setting.NETWORK;
import static io.nsrun.container.Setting.NO_DNS;
import static io.nsrun.container.Setting.NO_HOSTS;
import static io.nsrun.container.Setting.RLIMIT;
import static io.nsrun.container.Setting.UMASK;
import static io.nsrun.container.Setting.UNMASK;
import static io.nsrun.container.Setting.USERNS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a container may have otherwise, where most take the default. */
@ThroughBothDoors
class ChoicesTest extends DoorTest {
  private static final Caller ANY = Caller.PLAIN;

  @Test
  void umaskIsWhatNewFilesLack() {
    String script = "umask; touch /tmp/f; stat -c %a /tmp/f";

    assertThat(run(sh(ANY, script).with(UMASK, "077")).orFail().lines())
        .containsExactly("0077", "600");
    assertThat(run(sh(ANY, script)).orFail().lines()).containsExactly("0022", "644");
  }

  @Test
  void umaskHasNineBits() {
    assertThat(run(sh(ANY, "true").with(UMASK, "1000")).message())
        .startsWith(door.either("--umask", "umask(...)") + ": ");
  }

  @ParameterizedTest
  @EnumSource
  void withoutInitTheCommandIsPid1(Caller caller) {
    assertThat(text(sh(caller, "echo $$").with(INIT, "false"))).isEqualTo("1");
    assertThat(text(sh(caller, "echo $$"))).isNotEqualTo("1");
  }

  @Test
  void withoutInitTheExitCodeIsTheCommands() {
    assertThat(run(sh(ANY, "exit 7").with(INIT, "false")).code()).isEqualTo(7);
    assertThat(run(busybox(ANY, "nosuch").with(INIT, "false")).code()).isEqualTo(127);
  }

  @Test
  void domainnameIsTheNisDomainInside() {
    String script = "cat /proc/sys/kernel/domainname";

    assertThat(text(sh(ANY, script).with(DOMAINNAME, "lab"))).isEqualTo("lab");
    assertThat(text(sh(ANY, script))).isNotEqualTo("lab");
  }

  @ParameterizedTest
  @EnumSource
  void addedHostsAreKnown(Caller caller) {
    Asked asked = sh(caller, "grep ^192 /etc/hosts");

    assertThat(
            run(asked.with(ADD_HOST, "db", "192.0.2.7").with(ADD_HOST, "old-db", "192.0.2.8"))
                .orFail()
                .lines())
        .containsExactly("192.0.2.7\tdb", "192.0.2.8\told-db");
  }

  @Test
  void hostsFileMayBeLeftAlone() {
    String script = "grep -c ' /etc/hosts ' /proc/self/mountinfo; true";

    assertThat(text(sh(ANY, script).with(NO_HOSTS))).isEqualTo("0");
    assertThat(text(sh(ANY, script))).isEqualTo("1");
    assertThat(run(sh(ANY, "true").with(NO_HOSTS).with(ADD_HOST, "db", "192.0.2.7")).message())
        .startsWith(door.either("--add-host: has no file", "EtcFiles.host(...): has no file"));
  }

  @Test
  void nameServerIsAskedOrTheFileLeftAlone() {
    assertThat(text(sh(ANY, "cat /etc/resolv.conf").with(DNS, "192.0.2.53")))
        .isEqualTo("nameserver 192.0.2.53");
    String script = "grep -c ' /etc/resolv.conf ' /proc/self/mountinfo; true";
    assertThat(text(sh(ANY, script).with(NETWORK, "host"))).isEqualTo("1");
    assertThat(text(sh(ANY, script).with(NETWORK, "host").with(NO_DNS))).isEqualTo("0");
  }

  @ParameterizedTest
  @CsvSource({"network, net", "pid, pid", "ipc, ipc", "uts, uts", "cgroupns, cgroup"})
  void namespaceOfTheHostIsSharedAndAnOwnOneIsNot(String kind, String type) {
    String host = Waiting.link(Path.of("/proc/self/ns", type));
    String script = "readlink /proc/self/ns/" + type;

    assertThat(text(sh(ANY, script).with(NAMESPACE, kind, "host"))).isEqualTo(host);
    assertThat(text(sh(ANY, script).with(NAMESPACE, kind, "private")))
        .startsWith(type + ":[")
        .isNotEqualTo(host);
  }

  @Test
  void clocksMayBeItsOwn() {
    String host = Waiting.link(Path.of("/proc/self/ns/time"));
    String script = "readlink /proc/self/ns/time";

    assertThat(text(sh(ANY, script))).isEqualTo(host);
    assertThat(text(sh(ANY, script).with(NAMESPACE, "timens", "private")))
        .startsWith("time:[")
        .isNotEqualTo(host);
  }

  @ParameterizedTest
  @EnumSource
  void namespacesOfAnotherContainerAreJoined(Caller caller) {
    try (Live other = door.start(sh(caller, "echo up; read -r x").with(USERNS, "private"))) {
      assertThat(other.line()).isEqualTo("up");
      long pid = other.command().pid();
      Path network = Path.of("/proc", Long.toString(pid), "ns", "net");

      Asked asked =
          sh(caller, "readlink /proc/self/ns/net; readlink /proc/self/ns/user")
              .with(NAMESPACE, "userns", "pid:" + pid)
              .with(NAMESPACE, "network", "ns:" + network);

      assertThat(run(asked).orFail().lines())
          .containsExactly(Waiting.link(network), Waiting.link(network.resolveSibling("user")));
      other.endInput();
    }
  }

  @Test
  void moreIsHiddenWhereAskedFor() {
    String script = "wc -c </etc/passwd; ls /bin | wc -l";

    assertThat(run(sh(ANY, script).with(MASK, "/etc/passwd")).orFail().lines().get(0))
        .isEqualTo("0");
    assertThat(run(sh(ANY, script)).orFail().lines().get(0)).isNotEqualTo("0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/proc/keys", "/proc/k*", "ALL"})
  void lessIsHiddenWhereAskedFor(String paths) {
    String script = "grep -c ' /proc/keys ' /proc/self/mountinfo; true";

    assertThat(text(sh(ANY, script).with(UNMASK, paths))).isEqualTo("0");
    assertThat(text(sh(ANY, script))).isEqualTo("1");
  }

  @Test
  void cpusAreThoseThatWereChosen() throws IOException {
    String first = status("Cpus_allowed_list").split("[-,]")[0];

    assertThat(text(sh(ANY, "grep Cpus_allowed_list /proc/self/status").with(CPUSET, first)))
        .isEqualTo("Cpus_allowed_list:\t" + first);
  }

  @ParameterizedTest
  @CsvSource({"idle, idle", "best-effort:6, best-effort: prio 6"})
  void ioPriorityIsWhatWasAskedFor(String priority, String shown) {
    assertThat(text(sh(ANY, "ionice -p $$").with(IO_PRIORITY, priority))).isEqualTo(shown);
  }

  @Test
  void groupsOfTheCallerStayWhereAskedFor() throws IOException {
    String script = "sed -n 's/^Groups:\t//p' /proc/self/status";

    assertThat(text(sh(Caller.ROOT, script).with(USERNS, "identity").with(KEEP_GROUPS)).strip())
        .isEqualTo(status("Groups"));
    assertThat(run(sh(ANY, "true").with(KEEP_GROUPS).with(GROUP, "44")).message())
        .startsWith(door.either("--group-add", "groups(...)") + ": ");
  }

  @Test
  void jvmIsSizedAfterTheMemory() {
    Asked asked =
        sh(ANY, "echo $JAVA_TOOL_OPTIONS")
            .with(MEMORY, "256m")
            .with(ENV, "JAVA_TOOL_OPTIONS", "-ea");

    assertThat(text(asked.with(JVM, "true")))
        .isEqualTo("-Xmx196608k -XX:+ExitOnOutOfMemoryError -ea");
  }

  @Test
  void jvmNeedsMemoryOfWhichNothingIsReserved() {
    String option = door.either("--jvm", "jvm(...)");

    run(sh(ANY, "true").with(JVM, "true"))
        .assertRefused(
            125,
            option
                + ": needs to know the memory (add "
                + door.either("--memory", "Limits.memory(...)")
                + ")");
    assertThat(
            run(sh(ANY, "true")
                    .with(JVM, "true")
                    .with(MEMORY, "256m")
                    .with(RLIMIT, "as", "1000000000", "1000000000"))
                .message())
        .startsWith(option)
        .contains("reserves far more than it uses");
    assertThat(run(sh(ANY, "true").with(JVM, "true").with(MEMORY, "10m")).message())
        .startsWith(door.either("--memory", "Limits.memory(...)"))
        .contains("is too little for " + option);
  }

  /** What the kernel tells of this JVM. */
  private static String status(String field) throws IOException {
    List<String> lines = Files.readAllLines(Path.of("/proc/self/status"));
    return lines.stream()
        .filter(line -> line.startsWith(field + ":"))
        .findFirst()
        .orElseThrow()
        .substring(field.length() + 1)
        .strip();
  }
}
