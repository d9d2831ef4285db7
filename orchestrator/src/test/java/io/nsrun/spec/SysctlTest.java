package io.nsrun.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.cli.OptionDialect;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SysctlTest {
  private static List<String> problems(Spec.Builder spec) {
    SpecProblems problems = new SpecProblems();
    spec.root(Root.directory("/tree")).process(ProcessSpec.of(List.of("true"), Map.of()));
    spec.name("n").build().validate(problems);
    return problems.list().stream().map(p -> p.in(OptionDialect.OPTIONS)).toList();
  }

  private static List<String> problem(String text) {
    return problems(Spec.builder().sysctl(Sysctl.parse(text)));
  }

  @ParameterizedTest
  @CsvSource({
    "net.ipv4.ip_forward=1, net/ipv4/ip_forward, net.ipv4.ip_forward, 1",
    "net/ipv4/ip_forward=1, net/ipv4/ip_forward, net.ipv4.ip_forward, 1",
    "net.ipv4.conf.eth0/7.mtu=9, net/ipv4/conf/eth0.7/mtu, net.ipv4.conf.eth0/7.mtu, 9",
    "net/ipv4/conf/eth0.7/mtu=9, net/ipv4/conf/eth0.7/mtu, net.ipv4.conf.eth0/7.mtu, 9",
    "kernel.sem=1 2=3, kernel/sem, kernel.sem, 1 2=3",
    "kernel.domainname=, kernel/domainname, kernel.domainname, ''"
  })
  void aKeyHasDotsOrSlashesAsSysctlTakesIt(String text, String key, String name, String value) {
    assertThat(Sysctl.parse(text)).isEqualTo(new Sysctl(key, value));
    assertThat(Sysctl.parse(text).name()).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "net.ipv4.ip_forward",
        "=1",
        "kernel=1",
        "net.=1",
        ".net=1",
        "/net/x=1",
        "net..x=1",
        "net/../kernel/panic=1",
        "net/./x=1"
      })
  void whatIsNoSettingIsRefused(String text) {
    assertThatThrownBy(() -> Sysctl.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no setting: KEY=VALUE");
    assertThatThrownBy(() -> Sysctl.parse("net." + "x".repeat(Sysctl.MAX_KEY) + "=1"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "net.core.somaxconn=1",
        "fs.mqueue.msg_max=1",
        "kernel.msgmax=1",
        "kernel.msgmnb=1",
        "kernel.msgmni=1",
        "kernel.sem=1",
        "kernel.shm_rmid_forced=1",
        "kernel.shmall=1",
        "kernel.shmmax=1",
        "kernel.shmmni=1",
        "kernel.domainname=x"
      })
  void settingsOfNamespacesAreTaken(String text) {
    assertThat(problem(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kernel.panic=1",
        "kernel.core_pattern=x",
        "kernel.shmmaxx=1",
        "vm.swappiness=1",
        "fs.file-max=1",
        "fs.mqueuex.y=1",
        "user.max_user_namespaces=1",
        "network.x=1"
      })
  void settingsOfTheMachineAreRefused(String text) {
    assertThat(problem(text))
        .singleElement()
        .asString()
        .startsWith("--sysctl: " + text.substring(0, text.indexOf('=')) + " belongs to the whole");
  }

  @Test
  void settingsOfNamespacesThatAreSharedAreRefused() {
    Spec.Builder spec = Spec.builder();
    spec.namespace(NamespaceType.NETWORK, NamespaceMode.HOST);
    spec.namespace(NamespaceType.IPC, NamespaceMode.HOST);
    spec.namespace(NamespaceType.UTS, NamespaceMode.HOST);
    for (String text : List.of("net.core.x=1", "kernel.sem=1", "kernel.domainname=1")) {
      spec.sysctl(Sysctl.parse(text));
    }

    assertThat(problems(spec))
        .containsExactly(
            "--sysctl: net.core.x belongs to a namespace that is not the container's own (leave"
                + " --network private)",
            "--sysctl: kernel.sem belongs to a namespace that is not the container's own (leave"
                + " --ipc private)",
            "--sysctl: kernel.domainname belongs to a namespace that is not the container's own"
                + " (leave --uts private)");
  }

  @Test
  void namesAreSetInOneWayAlone() {
    assertThat(problem("kernel.hostname=x"))
        .containsExactly(
            "--sysctl: kernel.hostname is not set this way (use --hostname, which /etc/hosts"
                + " follows)");
    assertThat(problems(Spec.builder().domainname("a").sysctl(Sysctl.parse("kernel.domainname=b"))))
        .containsExactly(
            "--sysctl: kernel.domainname is set already (leave it or --domainname out)");
  }

  @Test
  void withoutAProcThereIsNothingToSet() {
    Sysctl sysctl = Sysctl.parse("kernel.shmmni=1");
    Mount over = new Mount.Tmpfs("/proc/", Bytes.ZERO, 0755, MountOptions.DEFAULT, SpecField.TMPFS);

    assertThat(problems(Spec.builder().sysctl(sysctl).proc(ProcMode.NONE)))
        .singleElement()
        .asString()
        .startsWith("--sysctl: can't be set where");
    assertThat(problems(Spec.builder().sysctl(sysctl).mount(over)))
        .singleElement()
        .asString()
        .startsWith("--sysctl: can't be set where");
  }
}
