package io.nsrun.plan;

import static io.nsrun.plan.steps.LinuxConstants.MOUNT_ATTR_NODEV;
import static io.nsrun.plan.steps.LinuxConstants.MOUNT_ATTR_NOEXEC;
import static io.nsrun.plan.steps.LinuxConstants.MOUNT_ATTR_NOSUID;
import static io.nsrun.plan.steps.LinuxConstants.MOUNT_ATTR_RDONLY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.plan.facts.HostFacts;
import io.nsrun.plan.steps.FileStep;
import io.nsrun.plan.steps.InitStep;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.Step;
import io.nsrun.spec.Capabilities;
import io.nsrun.spec.CapabilitySet;
import io.nsrun.spec.Masks;
import io.nsrun.spec.NamespaceMode;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.ProcMode;
import io.nsrun.spec.Spec;
import java.util.List;
import org.junit.jupiter.api.Test;

/** /proc, /sys and /dev of a container, and what of them is hidden or read-only. */
class SystemMountsTest {
  private static final HostFacts FACTS = Specs.unprivileged();
  private static final long INERT = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

  @Test
  void systemMountsAreWhereProgramsExpectThemInOrder() {
    assertThat(Plans.targets(Planner.plan(Specs.busyboxTrue(), FACTS)))
        .containsExactly(
            "/proc",
            "/sys",
            "/dev",
            "/dev/null",
            "/dev/zero",
            "/dev/full",
            "/dev/random",
            "/dev/urandom",
            "/dev/tty",
            "/dev/pts",
            "/dev/shm",
            "/dev/mqueue");
  }

  @Test
  void systemMountsDoNotFollowLinksOfTheRoot() {
    LaunchPlan plan = Planner.plan(Specs.busyboxTrue(), FACTS);

    for (String target : Plans.targets(plan)) {
      assertThat(Plans.flags(plan, target) & Step.MountFlags.NO_SYMLINKS).as(target).isNotZero();
    }
    assertThat(Plans.flags(plan, "/proc"))
        .isEqualTo(Step.MountFlags.CREATE_DIRECTORY | Step.MountFlags.NO_SYMLINKS);
    assertThat(Plans.flags(plan, "/dev/null"))
        .isEqualTo(Step.MountFlags.CREATE_FILE | Step.MountFlags.NO_SYMLINKS);
  }

  @Test
  void procSysAndDevAreInert() {
    LaunchPlan plan = Planner.plan(Specs.busyboxTrue(), FACTS);

    assertThat(Plans.filesystemOn(plan, "/proc").type()).isEqualTo("proc");
    assertThat(Plans.filesystemOn(plan, "/proc").attrs()).isEqualTo(INERT);
    assertThat(Plans.filesystemOn(plan, "/sys").type()).isEqualTo("sysfs");
    assertThat(Plans.filesystemOn(plan, "/sys").attrs()).isEqualTo(INERT | MOUNT_ATTR_RDONLY);
    assertThat(Plans.filesystemOn(plan, "/dev/shm").attrs()).isEqualTo(INERT);
    assertThat(Plans.filesystemOn(plan, "/dev/mqueue").attrs()).isEqualTo(INERT);
    assertThat(Plans.filesystemOn(plan, "/dev").parameters())
        .containsExactly(new Step.Parameter("mode", "755"), new Step.Parameter("size", "64k"));
  }

  @Test
  void devicesAreClonedOnlyIfTheyAreTheRightOnes() {
    LaunchPlan plan = Planner.plan(Specs.busyboxTrue(), FACTS);
    Step.MountSource device = Plans.treeOn(plan, "/dev/urandom");

    assertThat(device.expect()).isEqualTo(Step.Expect.CHARACTER_DEVICE);
    assertThat(device.major()).isEqualTo(1);
    assertThat(device.minor()).isEqualTo(9);
    assertThat(device.attrSet() & MOUNT_ATTR_NODEV).isZero();
    assertThat(Plans.treeOn(plan, "/dev/tty").major()).isEqualTo(5);
  }

  @Test
  void theHostsDeviceNodesCanNotBeChanged() {
    LaunchPlan plan = Planner.plan(Specs.busyboxTrue(), FACTS);

    assertThat(Plans.treeOn(plan, "/dev/null").attrSet() & MOUNT_ATTR_RDONLY).isNotZero();
    assertThat(Plans.treeOn(plan, "/dev/tty").attrSet() & MOUNT_ATTR_RDONLY).isNotZero();
  }

  @Test
  void terminalsBelongToTtyOnlyWhereThatGroupExists() {
    Step.Parameter gid = new Step.Parameter("gid", "5");

    assertThat(
            Plans.filesystemOn(Planner.plan(Specs.busyboxTrue(), FACTS), "/dev/pts").parameters())
        .contains(new Step.Parameter("newinstance", ""))
        .doesNotContain(gid);
    assertThat(
            Plans.filesystemOn(
                    Planner.plan(Specs.busyboxTrue(), new Specs.Facts().ranges().facts()),
                    "/dev/pts")
                .parameters())
        .contains(gid);
  }

  @Test
  void theLinksOfDevAreMadeAfterIt() {
    assertThat(
            Plans.all(Planner.plan(Specs.busyboxTrue(), FACTS), FileStep.Symlink.class).stream()
                .map(link -> link.path() + " -> " + link.target()))
        .containsExactly(
            "/dev/ptmx -> pts/ptmx",
            "/dev/fd -> /proc/self/fd",
            "/dev/stdin -> /proc/self/fd/0",
            "/dev/stdout -> /proc/self/fd/1",
            "/dev/stderr -> /proc/self/fd/2");
  }

  @Test
  void whatProcAndSysTellOfTheMachineIsHiddenOrReadOnly() {
    LaunchPlan plan = Planner.plan(Specs.busyboxTrue(), FACTS);

    assertThat(Plans.all(plan, FileStep.ReadonlyPath.class))
        .extracting(FileStep.ReadonlyPath::path)
        .containsExactlyInAnyOrder(
            "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");
    assertThat(Plans.all(plan, FileStep.MaskPath.class))
        .extracting(FileStep.MaskPath::path)
        .containsExactlyInAnyOrder(
            "/proc/acpi",
            "/proc/asound",
            "/proc/interrupts",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/sched_debug",
            "/proc/scsi",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/sys/devices/virtual/powercap",
            "/sys/firmware");
  }

  @Test
  void withASharedPidNamespaceTheHostsProcIsBound() {
    Spec spec = Specs.builder("sh").namespace(NamespaceType.PID, NamespaceMode.HOST).build();
    Step.MountSource proc = Plans.treeOn(Planner.plan(spec, FACTS), "/proc");

    assertThat(proc.path()).isEqualTo("/proc");
    assertThat(proc.recursive()).isTrue();
    assertThat(proc.attrSet()).isEqualTo(INERT);
  }

  @Test
  void procCanBeBoundOrLeftOutWhereAFreshOneIsRefused() {
    LaunchPlan bound = Planner.plan(Specs.builder("sh").proc(ProcMode.BIND).build(), FACTS);
    LaunchPlan none = Planner.plan(Specs.builder("sh").proc(ProcMode.NONE).build(), FACTS);

    assertThat(Plans.treeOn(bound, "/proc").path()).isEqualTo("/proc");
    assertThat(bound.isolation().get(Isolation.Aspect.PROC).full()).isFalse();
    assertThat(Plans.targets(none)).doesNotContain("/proc");
    assertThat(Plans.has(none, FileStep.ReadonlyPath.class)).isFalse();
  }

  @Test
  void withASharedNetworkThereIsNoSysfsAndWithSharedIpcNoMqueue() {
    Spec spec =
        Specs.builder("sh")
            .namespace(NamespaceType.NETWORK, NamespaceMode.HOST)
            .namespace(NamespaceType.IPC, NamespaceMode.HOST)
            .build();
    LaunchPlan plan = Planner.plan(spec, FACTS);

    assertThat(Plans.targets(plan)).doesNotContain("/sys", "/dev/mqueue").contains("/dev/shm");
    assertThat(Plans.has(plan, InitStep.Loopback.class)).isFalse();
    assertThat(Plans.all(plan, FileStep.MaskPath.class))
        .extracting(FileStep.MaskPath::path)
        .noneMatch(path -> path.startsWith("/sys"));
  }

  private static List<String> hidden(LaunchPlan plan) {
    return Plans.all(plan, FileStep.MaskPath.class).stream().map(FileStep.MaskPath::path).toList();
  }

  private static List<String> readOnly(LaunchPlan plan) {
    return Plans.all(plan, FileStep.ReadonlyPath.class).stream()
        .map(FileStep.ReadonlyPath::path)
        .toList();
  }

  private static LaunchPlan masked(Masks masks) {
    return Planner.plan(Specs.builder("sh").masks(masks).build(), FACTS);
  }

  @Test
  void whatTheCallerWantsHiddenIsHiddenBesides() {
    LaunchPlan plan = masked(new Masks(List.of("/etc/./secret", "/opt"), List.of(), false));

    assertThat(hidden(plan))
        .containsAll(hidden(masked(Masks.DEFAULT)))
        .contains("/etc/secret", "/opt");
    assertThat(plan.isolation().get(Isolation.Aspect.PROTECTED_PATHS).full()).isTrue();
    Spec privileged =
        Specs.builder("sh")
            .capabilities(new Capabilities(CapabilitySet.NONE, CapabilitySet.NONE, true))
            .masks(new Masks(List.of("/opt"), List.of(), false))
            .build();
    assertThat(hidden(Planner.plan(privileged, FACTS))).containsExactly("/opt");
  }

  @Test
  void whatTheCallerWantsShownIsNeitherHiddenNorReadOnly() {
    LaunchPlan plan =
        masked(new Masks(List.of(), List.of("/proc/kcore", "/proc/sys", "/sys/*"), false));

    assertThat(hidden(plan))
        .doesNotContain("/proc/kcore", "/sys/firmware")
        .contains("/proc/keys", "/sys/devices/virtual/powercap");
    assertThat(readOnly(plan)).doesNotContain("/proc/sys").contains("/proc/bus");
    assertThat(plan.isolation().get(Isolation.Aspect.PROTECTED_PATHS))
        .isEqualTo(
            new Isolation.Property(
                Isolation.Aspect.PROTECTED_PATHS,
                false,
                "without /proc/kcore, /proc/sys, /sys/*",
                "asked for"));
    LaunchPlan all = masked(new Masks(List.of(), List.of(), true));
    assertThat(hidden(all)).isEmpty();
    assertThat(readOnly(all)).isEmpty();
  }

  @Test
  void whatIsNotHiddenCantBeShown() {
    assertThatThrownBy(() -> masked(new Masks(List.of(), List.of("/proc/kcor"), false)))
        .hasMessageContaining("unmask: /proc/kcor is neither hidden nor read-only by default");
  }
}
