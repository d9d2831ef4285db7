package io.nsrun.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.plan.steps.FileStep;
import io.nsrun.plan.steps.InitStep;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.spec.Bytes;
import io.nsrun.spec.IdMapping;
import io.nsrun.spec.Limits;
import io.nsrun.spec.Mount;
import io.nsrun.spec.MountOptions;
import io.nsrun.spec.NamespaceMode;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.Spec;
import io.nsrun.spec.Sysctl;
import java.util.List;
import org.junit.jupiter.api.Test;

class NamespaceSettingsTest {
  @Test
  void whatIsAskedForIsSetLastAndInsteadOfWhatIsUsual() {
    Spec.Builder spec = Specs.builder("true");
    spec.sysctl(Sysctl.parse("net.ipv4.ip_unprivileged_port_start=1024"));
    spec.sysctl(Sysctl.parse("kernel.shmmni=1"));
    spec.sysctl(Sysctl.parse("kernel/shmmni=64"));

    LaunchPlan plan = Planner.plan(spec.build(), Specs.unprivileged());

    assertThat(Plans.all(plan, InitStep.Sysctl.class))
        .containsExactly(
            new InitStep.Sysctl("net/ipv4/ping_group_range", "0 0", false),
            new InitStep.Sysctl("net/ipv4/ip_unprivileged_port_start", "1024", true),
            new InitStep.Sysctl("kernel/shmmni", "64", true));
  }

  @Test
  void everyGroupThatIsMappedMayPingInANetworkOfItsOwnAndEverybodyBindsEveryPort() {
    LaunchPlan plan = Planner.plan(Specs.busyboxTrue(), Specs.unprivileged());

    assertThat(Plans.all(plan, InitStep.Sysctl.class))
        .containsExactly(
            new InitStep.Sysctl("net/ipv4/ping_group_range", "0 0", false),
            new InitStep.Sysctl("net/ipv4/ip_unprivileged_port_start", "0", false));
    assertThat(Plans.indexOf(plan, Plans.all(plan, InitStep.Sysctl.class).get(1)))
        .isLessThan(Plans.indexOf(plan, new FileStep.ReadonlyPath("/proc/sys")))
        .isGreaterThan(Plans.indexOf(plan, Plans.mountOn(plan, "/proc")));
  }

  @Test
  void theHostsNetworkAndAProcOfTheCallersAreLeftAlone() {
    LaunchPlan hosts =
        Planner.plan(
            Specs.builder("x").namespace(NamespaceType.NETWORK, NamespaceMode.HOST).build(),
            Specs.unprivileged());
    LaunchPlan replaced =
        Plans.with(new Mount.Tmpfs("/proc/", Bytes.ZERO, 0755, MountOptions.DEFAULT));

    assertThat(Plans.has(hosts, InitStep.Sysctl.class)).isFalse();
    assertThat(Plans.has(replaced, InitStep.Sysctl.class)).isFalse();
  }

  @Test
  void theRangeSpansWhatIsMappedAsTheKernelComparesIt() {
    assertThat(groups(new IdMapping(0, 1000, 1))).isEqualTo("0 0");
    assertThat(groups(new IdMapping(0, 1000, 1), new IdMapping(1, 100000, 65536)))
        .isEqualTo("0 65536");
    // keep-id: the own group is the lowest outside.
    assertThat(
            groups(
                new IdMapping(0, 100000, 1000),
                new IdMapping(1000, 1000, 1),
                new IdMapping(1001, 101000, 64536)))
        .isEqualTo("1000 65536");
    assertThat(groups(new IdMapping(0, 100000, 1000), new IdMapping(1000, 1000, 1)))
        .isEqualTo("0 0");
    assertThat(groups(new IdMapping(0, 0, 4294967295L))).isEqualTo("0 2147483647");
    assertThat(groups()).isEqualTo("0 0");
  }

  @Test
  void aLimitOfMemoryBoundsWhatTheIpcNamespaceHolds() {
    Spec.Builder spec = Specs.builder("x").limits(Limits.NONE.withMemory(Bytes.ofMebi(64)));
    LaunchPlan plan = Planner.plan(spec.build(), Specs.unprivileged());
    LaunchPlan hosts =
        Planner.plan(
            spec.namespace(NamespaceType.IPC, NamespaceMode.HOST).build(), Specs.unprivileged());

    assertThat(Plans.all(plan, InitStep.Sysctl.class))
        .contains(
            new InitStep.Sysctl("kernel/shmall", "16384", false),
            new InitStep.Sysctl("kernel/shmmax", "67108864", false),
            new InitStep.Sysctl("kernel/msgmni", "512", false),
            new InitStep.Sysctl("kernel/sem", "250 32000 100 128", false));
    assertThat(Plans.all(hosts, InitStep.Sysctl.class))
        .noneMatch(step -> step.key().startsWith("kernel/"));
  }

  private static String groups(IdMapping... map) {
    return NamespaceSettings.groups(List.of(map));
  }
}
