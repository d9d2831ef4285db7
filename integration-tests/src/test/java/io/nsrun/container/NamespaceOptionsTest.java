package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Namespaces that are the host's, or another container's. */
class NamespaceOptionsTest extends ContainerTest {
  private static final Caller ANY = Caller.PLAIN;

  @ParameterizedTest
  @CsvSource({
    "--network, net",
    "--net, net",
    "--pid, pid",
    "--ipc, ipc",
    "--uts, uts",
    "--cgroupns, cgroup"
  })
  void hostSharesTheNamespaceAndPrivateDoesNot(String option, String type) {
    String host = Waiting.link(Path.of("/proc/self/ns", type));
    String script = "readlink /proc/self/ns/" + type;

    assertThat(sh(ANY, script, option + "=host").orFail().text()).isEqualTo(host);
    assertThat(sh(ANY, script, option, "private").orFail().text())
        .startsWith(type + ":[")
        .isNotEqualTo(host);
  }

  @ParameterizedTest
  @EnumSource
  void networkHostSeesItsInterfacesAndLeavesOutSys(Caller caller) throws IOException {
    String script = "ls -A /sys; cat /proc/net/dev";

    Result result = sh(caller, script, "--network=host").orFail();

    assertThat(result.lines().get(0)).startsWith("Inter-|");
    assertThat(names(result.lines()))
        .isEqualTo(names(Files.readAllLines(Path.of("/proc/net/dev"))));
    assertThat(sh(caller, "cat /proc/net/dev", "--network=none").orFail().lines()).hasSize(3);
  }

  private static List<String> names(List<String> lines) {
    return lines.stream()
        .filter(line -> line.contains(":"))
        .map(line -> line.substring(0, line.indexOf(':')).strip())
        .toList();
  }

  @ParameterizedTest
  @EnumSource
  void usersWithoutCapabilitiesPingAndBindLowPortsInANetworkOfTheirOwn(Caller caller) {
    String script =
        "cat /proc/sys/net/ipv4/ping_group_range; echo hello >/dev/shm/f; "
            + "httpd -p 127.0.0.1:80 -h /dev/shm; wget -qO- http://127.0.0.1/f; /probe ping";
    String user = caller == Caller.PLAIN ? "0" : "1000:1000";

    List<String> lines =
        sh(caller, script, Tools.mount("probe"), "--user=" + user, "--cap-drop=ALL")
            .orFail()
            .lines();

    assertThat(lines.get(0)).startsWith("0\t");
    assertThat(lines).contains("hello", "ping: done");
    assertThat(sh(caller, "echo >/proc/sys/net/ipv4/ip_unprivileged_port_start").code()).isOne();
  }

  @Test
  void pidHostShowsTheHostsProcesses() throws IOException {
    long me = ProcessHandle.current().pid();
    String host = Files.readString(Path.of("/proc/" + me + "/comm"));

    assertThat(sh(ANY, "cat /proc/" + me + "/comm", "--pid=host").orFail().out()).isEqualTo(host);
  }

  @Test
  void ipcHostSeesItsSegments() {
    String id = Command.check(List.of("ipcmk", "--shmem", "4096")).replaceAll("\\D+", "");
    try {
      String script = "tail -n +2 /proc/sysvipc/shm";

      assertThat(sh(ANY, script, "--ipc=host").orFail().out()).contains(" " + id + " ");
      assertThat(sh(ANY, script).orFail().out()).isEmpty();
    } finally {
      Command.check(List.of("ipcrm", "--shmem-id", id));
    }
  }

  @Test
  void utsHostHasItsName() {
    String host = Command.check(List.of("hostname")).strip();

    List<String> lines = sh(ANY, "hostname; env", "--uts=host").orFail().lines();

    assertThat(lines).startsWith(host).noneMatch(line -> line.startsWith("HOSTNAME="));
  }

  @Test
  void timensIsTheHostsUnlessAskedFor() {
    String host = Waiting.link(Path.of("/proc/self/ns/time"));
    String script = "readlink /proc/self/ns/time";

    assertThat(sh(ANY, script).orFail().text()).isEqualTo(host);
    assertThat(sh(ANY, script, "--timens=private").orFail().text())
        .startsWith("time:[")
        .isNotEqualTo(host);
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void mountnsHostRunsTheCommandAmongTheHostsMounts(Caller caller) throws IOException {
    String host = Waiting.link(Path.of("/proc/self/ns/mnt"));
    String[] command = {"sh", "-c", "readlink /proc/self/ns/mnt; id -u; cat /proc/self/comm"};

    assertThat(
            Nsrun.as(caller)
                .run(words(command, "--mountns=host", "--rootfs-host"))
                .orFail()
                .lines())
        .containsExactly(host, "0", "cat");
    assertThat(Nsrun.as(caller).run(words(command, "--rootfs-host")).orFail().lines().get(0))
        .isNotEqualTo(host);
  }

  @Test
  void usernsHostKeepsRootsOwnNamespace() {
    String host = Waiting.link(Path.of("/proc/self/ns/user"));
    String script = "readlink /proc/self/ns/user; ls -l /dev/null";

    List<String> lines = sh(Caller.ROOT, script, "--userns=host").orFail().lines();

    assertThat(lines.get(0)).isEqualTo(host);
    assertThat(lines.get(1)).matches("crw-rw-rw- .* 1, +3 .*");
    assertThat(sh(Caller.ROOT, script).orFail().lines().get(0)).isNotEqualTo(host);
  }

  @ParameterizedTest
  @CsvSource({"--network, net", "--pid, pid", "--ipc, ipc", "--uts, uts", "--cgroupns, cgroup"})
  void namespacesOfAnotherContainerAreJoinedByPath(String option, String type) {
    try (Waiting other = Waiting.start(Nsrun.as(ANY))) {
      String directory = "ns:/proc/" + other.pid() + "/ns/";

      assertThat(
              sh(
                      ANY,
                      "cd /proc/self/ns; readlink " + type + "; readlink user",
                      "--userns",
                      directory + "user",
                      option,
                      directory + type)
                  .orFail()
                  .lines())
          .containsExactly(other.namespace(type), other.namespace("user"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void manyNamespacesOfAnotherContainerAreJoinedByPid(Caller caller) {
    try (Waiting other = Waiting.start(Nsrun.as(caller), "--hostname=other")) {
      String pid = "pid:" + other.pid();

      Result result =
          sh(
                  caller,
                  "hostname; cat /proc/1/comm; ls /proc | grep -c '^[0-9]'; id -u",
                  "--userns=" + pid,
                  "--network=" + pid,
                  "--uts=" + pid,
                  "--ipc=" + pid,
                  "--pid=" + pid,
                  "--proc=fresh")
              .orFail();

      assertThat(result.lines()).startsWith("other", "nsinit").endsWith("0");
    }
  }

  @Test
  void rootJoinsANetworkFromAUserNamespaceOfItsOwn() {
    try (Waiting other = Waiting.start(Nsrun.as(ANY))) {
      assertThat(
              sh(Caller.ROOT, "readlink /proc/self/ns/net", "--network=pid:" + other.pid())
                  .orFail()
                  .text())
          .isEqualTo(other.namespace("net"));
    }
  }

  @Test
  void mountnsOfAnotherContainerIsJoinedWithItsRoot() {
    try (Waiting other = Waiting.start(Nsrun.as(ANY), "--tmpfs=/mnt/only-there")) {
      String pid = "pid:" + other.pid();

      Result result =
          Nsrun.as(ANY)
              .run(
                  "--rootfs-host",
                  "--userns=" + pid,
                  "--mountns=" + pid,
                  "sh",
                  "-c",
                  "readlink /proc/self/ns/mnt; ls /mnt");

      // /proc there shows the other PID namespace, where "self" means nothing.
      assertThat(result.out()).contains("only-there");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--network=ns:", "--pid=ns:"})
  void namespaceThatRootMadeIsJoinedByItsFile(String option) throws IOException {
    String type = option.contains("pid") ? "pid" : "net";
    Process holder =
        new ProcessBuilder(
                "unshare", "--net", "--pid", "--fork", "sh", "-c", "echo ready; read -r go")
            .start();
    try (BufferedReader out = holder.inputReader(StandardCharsets.UTF_8)) {
      assertThat(out.readLine()).isEqualTo("ready");
      long shell = holder.children().findFirst().orElseThrow().pid();
      String file = "/proc/" + shell + "/ns/" + type;

      assertThat(sh(Caller.ROOT, "readlink /proc/self/ns/" + type, option + file).orFail().text())
          .isEqualTo(Waiting.link(Path.of(file)));
      holder.getOutputStream().close();
    }
    assertThat(holder.onExit().join().isAlive()).isFalse();
  }

  private static String[] words(String[] last, String... first) {
    String[] all = new String[first.length + last.length];
    System.arraycopy(first, 0, all, 0, first.length);
    System.arraycopy(last, 0, all, first.length, last.length);
    return all;
  }
}
