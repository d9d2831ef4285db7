package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a container has to have of its isolation, and what it can do without. */
class PropertiesTest extends ContainerTest {
  /** Root, in a mount namespace where a part of /proc and of /sys is covered. */
  private static Nsrun covered() {
    return Nsrun.as(Caller.ROOT)
        .through(
            "unshare",
            "--mount",
            "sh",
            "-c",
            "mount -t tmpfs none /proc/fs && mount -t tmpfs none /sys/firmware && exec \"$@\"",
            "sh");
  }

  @Test
  void requireRefusesARunWithoutTheProperty() {
    Result result = Nsrun.as(Caller.PLAIN).run("--require=ids", "busybox", "true");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.errors()).hasSize(1);
    assertThat(result.errors().get(0)).startsWith("nsrun: --require: ids: it would be \"1 id\"");
    Nsrun.as(Caller.RANGED).run("--require=ids", "busybox", "true").orFail();
  }

  @Test
  void aHiddenProcStopsARunUnlessAFreshOneIsOnlyPreferred() {
    Result required = sh(covered(), "true");
    assertThat(required.code()).isEqualTo(125);
    assertThat(required.err()).contains("filesystem proc: EPERM").contains("--prefer=proc");

    String script = "read -r seen rest </proc/self/stat; test $seen -eq $$";
    Result preferred = sh(covered(), script, "--prefer=proc", "--log-level=info");
    assertThat(preferred.code()).as(preferred.err()).isEqualTo(1);
    assertThat(preferred.err()).contains("proc: host (the kernel refuses a fresh one");
    // Where one can be had it is.
    assertThat(sh(Caller.PLAIN, script, "--prefer=proc").orFail().code()).isZero();
  }

  @Test
  void aHiddenSysfsIsLeftOutUnlessItIsRequired() {
    assertThat(sh(covered(), "ls -A /sys", "--prefer=proc").orFail().text()).isEmpty();

    Result required = sh(covered(), "true", "--prefer=proc", "--require=sysfs");
    assertThat(required.code()).isEqualTo(125);
    assertThat(required.err()).contains("--require: sysfs: it would be \"left out\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--require=sysfs", "--require=proc", "--require=seccomp"})
  void whatIsThereMayBeRequired(String option) {
    assertThat(sh(Caller.PLAIN, "true", option).orFail().code()).isZero();
  }

  /** Limits that are sums need a /proc, which can't be had there. */
  @Test
  void limitsThatNeedAProcAreRefusedWhereThereIsNone() {
    Result result = sh(covered(), "true", "--prefer=proc", "--memory=64m");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.err()).contains("--memory: needs a /proc of the container's own");
  }

  /** An ordinary user without a range of ids, but with a group beside his own. */
  private static Nsrun member() {
    Caller plain = Caller.PLAIN;
    return Nsrun.as(Caller.ROOT)
        .env("HOME", plain.home().toString())
        .env("XDG_RUNTIME_DIR", Directories.runtimeOf(plain).toString())
        .through(
            "setpriv", "--reuid=" + plain.login(), "--regid=" + plain.login(), "--groups=4", "--")
        .in(plain.home());
  }

  @Test
  void groupsThatTheKernelLetsNobodyDropAreToldOrRefused() {
    Result told = sh(member(), "true", "--log-level=info");
    assertThat(told.code()).isZero();
    assertThat(told.err()).contains("supplementary_groups: kept: 4 (the kernel lets nobody drop");

    Result required = sh(member(), "echo ran", "--require=groups");
    assertThat(required.code()).isEqualTo(125);
    assertThat(required.out()).isEmpty();
    assertThat(required.err()).contains("--require: groups: it would be \"kept: 4\"");
    sh(Caller.RANGED, "true", "--require=groups").orFail();
  }
}
