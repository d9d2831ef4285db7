package io.nsrun.plan;

import static io.nsrun.plan.LinuxConstants.MOUNT_ATTR_NODEV;
import static io.nsrun.plan.LinuxConstants.MOUNT_ATTR_NOEXEC;
import static io.nsrun.plan.LinuxConstants.MOUNT_ATTR_NOSUID;
import static io.nsrun.plan.LinuxConstants.MOUNT_ATTR_RDONLY;
import static io.nsrun.plan.LinuxConstants.MS_PRIVATE;
import static io.nsrun.plan.LinuxConstants.MS_REC;
import static io.nsrun.plan.LinuxConstants.MS_SHARED;
import static io.nsrun.plan.LinuxConstants.MS_SLAVE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.spec.Blob;
import io.nsrun.spec.Bytes;
import io.nsrun.spec.Capabilities;
import io.nsrun.spec.CapabilitySet;
import io.nsrun.spec.IdMapping;
import io.nsrun.spec.IdRange;
import io.nsrun.spec.Masks;
import io.nsrun.spec.Mount;
import io.nsrun.spec.MountOptions;
import io.nsrun.spec.NamespaceMode;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.ProcMode;
import io.nsrun.spec.ProcessSpec;
import io.nsrun.spec.Root;
import io.nsrun.spec.Spec;
import io.nsrun.spec.User;
import io.nsrun.spec.UserNamespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MountPlannerTest {
  private static final HostFacts FACTS = Specs.unprivileged();
  private static final long INERT = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

  private static Mount tmpfs(String target) {
    return new Mount.Tmpfs(target, Bytes.ZERO, 01777, MountOptions.DEFAULT);
  }

  private static Mount bind(String source, String target) {
    return new Mount.Bind(source, target, true, Mount.Propagation.PRIVATE, MountOptions.DEFAULT);
  }

  private static HostFacts factsWith(String path, PathKind kind) {
    Specs.Facts facts = new Specs.Facts();
    facts.paths.put(path, kind);
    return facts.facts();
  }

  private static LaunchPlan plan(Mount... mounts) {
    Spec.Builder builder = Specs.builder("sh");
    Specs.Facts facts = new Specs.Facts();
    for (Mount mount : mounts) {
      builder.mount(mount);
      if (mount instanceof Mount.Bind bind) {
        facts.paths.put(bind.source(), PathKind.DIRECTORY);
      }
    }
    return Planner.plan(builder.build(), facts.facts());
  }

  private static Spec cwd(Root root, String cwd) {
    return Specs.builder("sh")
        .root(root)
        .process(
            new ProcessSpec(List.of("/bin/sh"), Map.of(), cwd, User.ROOT, true, null, true, 022))
        .build();
  }

  @Test
  void theRootIsClonedWithoutDevicesAndPivotedToBeforeAnythingIsMounted() {
    LaunchPlan plan = Planner.plan(Specs.busyboxTrue(), FACTS);
    InitStep.PivotRoot pivot = Plans.only(plan, InitStep.PivotRoot.class);

    assertThat(Plans.tree(plan, pivot.slot()))
        .isEqualTo(
            new Step.MountSource(
                pivot.slot(),
                Specs.ROOT,
                true,
                MOUNT_ATTR_NODEV,
                0,
                MS_PRIVATE,
                Step.Expect.DIRECTORY,
                0,
                0));
    assertThat(Plans.only(plan, InitStep.Propagation.class).flags()).isEqualTo(MS_REC | MS_PRIVATE);
    int at = Plans.indexOf(plan, pivot);
    for (int i = 0; i < plan.steps().size(); i++) {
      Step step = plan.steps().get(i);
      if (step instanceof InitStep.Bind || step instanceof InitStep.Filesystem) {
        assertThat(i).isLessThan(at);
      } else if (step instanceof InitStep.Mount || step instanceof InitStep.Symlink) {
        assertThat(i).isGreaterThan(at);
      }
    }
  }

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
            Plans.all(Planner.plan(Specs.busyboxTrue(), FACTS), InitStep.Symlink.class).stream()
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

    assertThat(Plans.all(plan, InitStep.ReadonlyPath.class))
        .extracting(InitStep.ReadonlyPath::path)
        .containsExactlyInAnyOrder(
            "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");
    assertThat(Plans.all(plan, InitStep.MaskPath.class))
        .extracting(InitStep.MaskPath::path)
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
    assertThat(Plans.has(none, InitStep.ReadonlyPath.class)).isFalse();
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
    assertThat(Plans.all(plan, InitStep.MaskPath.class))
        .extracting(InitStep.MaskPath::path)
        .noneMatch(path -> path.startsWith("/sys"));
  }

  @Test
  void rootLetsTheMonitorCloneTreesSinceTheContainersIdsMayNotReachThem() {
    LaunchPlan plan = Planner.plan(Specs.busyboxTrue(), Specs.root());

    assertThat(Plans.has(plan, InitStep.Bind.class)).isFalse();
    assertThat(Plans.all(plan, HostStep.HostTree.class)).hasSize(7);
    int namespaces = Plans.indexOf(plan, Plans.only(plan, HostStep.Namespaces.class));
    for (HostStep.HostTree tree : Plans.all(plan, HostStep.HostTree.class)) {
      assertThat(Plans.indexOf(plan, tree)).isLessThan(namespaces);
    }
  }

  @Test
  void aFileFromMemoryBelongsToTheContainersRootAndCantBeWritten() {
    Blob content = Blob.copyOf(new byte[] {1, 2, 3});
    LaunchPlan plan = plan(new Mount.Inject("/etc/app/key", content, 0444));
    InitStep.Inject inject = Plans.only(plan, InitStep.Inject.class);
    InitStep.PivotRoot pivot = Plans.only(plan, InitStep.PivotRoot.class);
    InitStep.Mount mount =
        new InitStep.Mount(inject.slot(), "/etc/app/key", Step.MountFlags.CREATE_FILE);

    assertThat(inject).isEqualTo(new InitStep.Inject(inject.slot(), 0444, 0, 0, content));
    assertThat(Plans.indexOf(plan, inject)).isLessThan(Plans.indexOf(plan, pivot));
    int at = Plans.indexOf(plan, mount);
    assertThat(plan.steps().get(at + 1))
        .isEqualTo(
            new InitStep.MountAttributes(
                "/etc/app/key",
                false,
                MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
                0));

    Spec keepId =
        Specs.builder("sh")
            .user(UserNamespace.of(UserNamespace.Mode.KEEP_ID))
            .mount(new Mount.Inject("/key", content, 0444))
            .build();
    inject = Plans.only(Planner.plan(keepId, FACTS), InitStep.Inject.class);
    assertThat(inject.uid()).isEqualTo(1000);
    assertThat(inject.gid()).isEqualTo(1001);
  }

  private static List<String> hidden(LaunchPlan plan) {
    return Plans.all(plan, InitStep.MaskPath.class).stream().map(InitStep.MaskPath::path).toList();
  }

  private static List<String> readOnly(LaunchPlan plan) {
    return Plans.all(plan, InitStep.ReadonlyPath.class).stream()
        .map(InitStep.ReadonlyPath::path)
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
        .hasMessageContaining(
            "--security-opt unmask: /proc/kcor is neither hidden nor read-only by default");
  }

  private static LaunchPlan asRoot(Spec.Builder builder, Mount... mounts) {
    Specs.Facts facts = new Specs.Facts().root();
    for (Mount mount : mounts) {
      builder.mount(mount);
      facts.paths.put(((Mount.Bind) mount).source(), PathKind.DIRECTORY);
    }
    return Planner.plan(builder.build(), facts.facts());
  }

  private static Mount idmap(String target, Mount.Idmap idmap) {
    return new Mount.Bind(
        "/from" + target, target, true, Mount.Propagation.PRIVATE, idmap, MountOptions.DEFAULT);
  }

  /** Paths of the trees whose owners are translated. */
  private static List<String> idmapped(LaunchPlan plan) {
    List<String> paths = new ArrayList<>();
    int gidMap = Plans.indexOf(plan, Plans.only(plan, HostStep.GidMap.class));
    for (HostStep.IdmapMount step : Plans.all(plan, HostStep.IdmapMount.class)) {
      assertThat(Plans.indexOf(plan, step)).isGreaterThan(gidMap);
      paths.add(Plans.tree(plan, step.slot()).path());
    }
    return paths;
  }

  @Test
  void ownersOfRootAndVolumesAreTranslatedForAPrivateRangeButNotThoseOfDevices() {
    LaunchPlan plan =
        asRoot(
            Specs.builder("sh"),
            idmap("/auto", Mount.Idmap.AUTO),
            idmap("/on", Mount.Idmap.ON),
            idmap("/off", Mount.Idmap.OFF));

    assertThat(idmapped(plan)).containsExactly(Specs.ROOT, "/from/auto", "/from/on");
  }

  @Test
  void ownersUnderAnEphemeralRootAreTranslatedInItsLowerLayer() {
    Root root = new Root(Specs.ROOT, false, false, true, false);
    LaunchPlan plan = asRoot(Specs.builder("sh").root(root));

    assertThat(Plans.only(plan, HostStep.IdmapMount.class).slot())
        .isEqualTo(Plans.only(plan, InitStep.Overlay.class).lower());
  }

  @Test
  void ownersOfTheHostsRootStayAsTheyAre() {
    LaunchPlan plan =
        asRoot(Specs.builder("sh").root(Root.ofHost()), idmap("/data", Mount.Idmap.AUTO));

    assertThat(idmapped(plan)).containsExactly("/from/data");
  }

  @Test
  void withOtherMapsOfRootOnlyVolumesThatAskForItAreTranslated() {
    List<IdMapping> map = List.of(new IdMapping(0, 700000, 10));
    for (UserNamespace user :
        List.of(
            UserNamespace.explicit(map, map),
            UserNamespace.of(UserNamespace.Mode.IDENTITY),
            UserNamespace.of(UserNamespace.Mode.KEEP_ID))) {
      LaunchPlan plan =
          asRoot(
              Specs.builder("sh").user(user),
              idmap("/auto", Mount.Idmap.AUTO),
              idmap("/on", Mount.Idmap.ON));

      assertThat(idmapped(plan)).as(user.mode().name()).containsExactly("/from/on");
    }
  }

  @Test
  void idmapIsForRootAndForAUserNamespaceOfTheContainersOwn() {
    assertThatThrownBy(() -> plan(idmap("/on", Mount.Idmap.ON)))
        .hasMessage(
            "--volume: /on can't be id-mapped: that needs root with CAP_SYS_ADMIN (leave idmap"
                + " out)");
    UserNamespace host = UserNamespace.of(UserNamespace.Mode.HOST);
    assertThatThrownBy(() -> asRoot(Specs.builder("sh").user(host), idmap("/on", Mount.Idmap.ON)))
        .hasMessageContaining("/on can't be id-mapped: the container has no user namespace");
  }

  @Test
  void rootOfANestedNamespaceLeavesTreesToInitUnlessItsContainerHasOtherIds() {
    Specs.Facts facts = new Specs.Facts().root();
    facts.privateIds = HostFacts.NONE;
    facts.uids = List.of(new IdRange(0, 65536));
    List<IdMapping> map = List.of(new IdMapping(0, 1000, 10));
    Spec other = Specs.builder("sh").user(UserNamespace.explicit(map, map)).build();

    assertThat(Plans.has(Planner.plan(Specs.busyboxTrue(), facts.facts()), HostStep.HostTree.class))
        .isFalse();
    assertThat(Plans.has(Planner.plan(other, facts.facts()), InitStep.Bind.class)).isFalse();
  }

  @Test
  void anEphemeralRootIsAnOverlayOnANewTmpfs() {
    Spec spec = Specs.builder("sh").root(new Root(Specs.ROOT, false, false, true, false)).build();
    LaunchPlan plan = Planner.plan(spec, FACTS);
    InitStep.Overlay overlay = Plans.only(plan, InitStep.Overlay.class);

    assertThat(Plans.tree(plan, overlay.lower()).path()).isEqualTo(Specs.ROOT);
    assertThat(overlay.writes()).isEqualTo(InitStep.Overlay.TMPFS);
    assertThat(Plans.only(plan, InitStep.PivotRoot.class).slot()).isEqualTo(overlay.slot());
  }

  private static Spec keepingWrites(Root root) {
    return Specs.builder("sh").root(root).build();
  }

  private static Root overlaid(String directory) {
    return new Root(Specs.ROOT, false, false, false, false, directory);
  }

  @Test
  void writesThatAreKeptGoToADirectoryWhoseOwnersAreTranslatedAsTheRootsAre() {
    LaunchPlan plan = Planner.plan(keepingWrites(overlaid("/keep")), Specs.root());
    InitStep.Overlay overlay = Plans.only(plan, InitStep.Overlay.class);

    assertThat(Plans.tree(plan, overlay.lower()).path()).isEqualTo(Specs.ROOT);
    assertThat(Plans.tree(plan, overlay.writes()).path()).isEqualTo("/keep");
    assertThat(Plans.tree(plan, overlay.writes()).recursive()).isFalse();
    assertThat(Plans.tree(plan, overlay.writes()).expect()).isEqualTo(Step.Expect.DIRECTORY);
    assertThat(Plans.only(plan, InitStep.PivotRoot.class).slot()).isEqualTo(overlay.slot());
    assertThat(idmapped(plan)).containsExactly(Specs.ROOT, "/keep");

    LaunchPlan ofUser = Planner.plan(keepingWrites(overlaid("/keep")), FACTS);
    assertThat(Plans.has(ofUser, HostStep.IdmapMount.class)).isFalse();
    assertThat(Plans.has(ofUser, InitStep.Bind.class)).isTrue();
  }

  @Test
  void whatIsNoDirectoryKeepsNoWrites() {
    assertThatThrownBy(
            () -> Planner.plan(keepingWrites(overlaid("/keep")), factsWith("/keep", PathKind.FILE)))
        .hasMessageContaining("--overlay-dir: /keep is a file");
  }

  @Test
  void theHostsRootIsReadOnlyInAllOfItWithWritablePlacesOnTop() {
    Spec spec = cwd(Root.ofHost(), "/var/empty");
    LaunchPlan plan = Planner.plan(spec, FACTS);
    Step.MountSource root = Plans.tree(plan, Plans.only(plan, InitStep.PivotRoot.class).slot());

    assertThat(root.path()).isEqualTo("/");
    assertThat(root.recursive()).isTrue();
    assertThat(root.attrSet()).isEqualTo(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
    assertThat(Plans.filesystemOn(plan, "/tmp").type()).isEqualTo("tmpfs");
    assertThat(Plans.filesystemOn(plan, "/run").parameters())
        .containsExactly(new Step.Parameter("mode", "755"));
    assertThat(Plans.has(plan, InitStep.Mkdir.class)).isFalse();
    assertThat(Plans.has(plan, InitStep.MountAttributes.class)).isFalse();
  }

  @Test
  void aSharedMountNamespaceIsNotTouched() {
    Spec spec =
        Specs.builder("sh")
            .root(Root.ofHost())
            .namespace(NamespaceType.MOUNT, NamespaceMode.HOST)
            .build();
    LaunchPlan plan = Planner.plan(spec, FACTS);

    assertThat(plan.steps())
        .noneMatch(
            step ->
                step instanceof InitStep.Propagation
                    || step instanceof InitStep.PivotRoot
                    || step instanceof InitStep.Mount
                    || step instanceof InitStep.MaskPath);
    assertThat(plan.isolation().get(Isolation.Aspect.MOUNT_NAMESPACE).full()).isFalse();
    assertThat(plan.isolation().get(Isolation.Aspect.PROC).full()).isFalse();
  }

  @Test
  void mountsOfTheCallerComeAfterTheSystemsParentsFirst() {
    LaunchPlan plan =
        plan(bind("/d", "/a/b/c"), tmpfs("/z"), bind("/e", "/a/b"), tmpfs("//a/"), tmpfs("/dev/x"));

    assertThat(Plans.targets(plan)).endsWith("/z", "/a", "/a/b", "/dev/x", "/a/b/c");
    int lastMount = Plans.indexOf(plan, Plans.mountOn(plan, "/a/b/c"));
    int firstMask = Plans.indexOf(plan, Plans.all(plan, InitStep.ReadonlyPath.class).get(0));
    assertThat(lastMount).isLessThan(firstMask);
  }

  @Test
  void aBindHasTheOptionsThatWereAskedFor() {
    Mount.Bind bind =
        new Mount.Bind(
            "/src",
            "/dst",
            false,
            Mount.Propagation.SLAVE,
            new MountOptions(true, false, false, true));
    Step.MountSource tree = Plans.treeOn(plan(bind), "/dst");

    assertThat(tree.recursive()).isFalse();
    assertThat(tree.attrSet()).isEqualTo(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOEXEC);
    assertThat(tree.propagation()).isEqualTo(MS_SLAVE);
    assertThat(Plans.treeOn(plan(bind("/src", "/dst")), "/dst").attrSet())
        .isEqualTo(MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
  }

  @Test
  void aSlaveBindLetsTheHostsMountsIntoTheNamespace() {
    Mount.Bind slave =
        new Mount.Bind("/src", "/dst", true, Mount.Propagation.SLAVE, MountOptions.DEFAULT);

    assertThat(Plans.only(plan(slave), InitStep.Propagation.class).flags())
        .isEqualTo(MS_REC | MS_SLAVE);
  }

  @Test
  void onlyAPrivilegedCallerSharesMountsBothWays() {
    Mount.Bind shared =
        new Mount.Bind("/src", "/dst", true, Mount.Propagation.SHARED, MountOptions.DEFAULT);
    Specs.Facts facts = new Specs.Facts();
    facts.paths.put("/src", PathKind.DIRECTORY);
    Spec spec = Specs.builder("sh").mount(shared).build();

    assertThatThrownBy(() -> Planner.plan(spec, facts.facts()))
        .hasMessageStartingWith("--volume: /dst can't be shared");
    assertThat(Plans.treeOn(Planner.plan(spec, facts.root().facts()), "/dst").propagation())
        .isEqualTo(MS_SHARED);
  }

  @Test
  void aFileIsBoundOnAFileAndADirectoryOnADirectory() {
    Spec spec = Specs.builder("sh").mount(bind("/src", "/dst")).build();
    LaunchPlan file = Planner.plan(spec, factsWith("/src", PathKind.FILE));
    LaunchPlan directory = Planner.plan(spec, factsWith("/src", PathKind.DIRECTORY));

    assertThat(Plans.flags(file, "/dst")).isEqualTo(Step.MountFlags.CREATE_FILE);
    assertThat(Plans.treeOn(file, "/dst").expect()).isEqualTo(Step.Expect.ANY);
    assertThat(Plans.flags(directory, "/dst")).isEqualTo(Step.MountFlags.CREATE_DIRECTORY);
    assertThat(Plans.treeOn(directory, "/dst").expect()).isEqualTo(Step.Expect.DIRECTORY);
  }

  @Test
  void aBindSourceThatIsNotThereIsAProblemThatSaysWhatIs() {
    Spec spec = Specs.builder("sh").mount(bind("/src", "/dst")).build();

    for (PathKind kind : PathKind.values()) {
      if (!kind.exists()) {
        assertThatThrownBy(() -> Planner.plan(spec, factsWith("/src", kind)))
            .hasMessageStartingWith("--volume: /src is " + kind.text());
      }
    }
  }

  @Test
  void aTmpfsHasItsModeInOctalAndItsSizeInBytes() {
    Mount tmpfs = new Mount.Tmpfs("/t", Bytes.ofMebi(1), 0750, MountOptions.READ_ONLY);
    InitStep.Filesystem filesystem = Plans.filesystemOn(plan(tmpfs), "/t");

    assertThat(filesystem.parameters())
        .containsExactly(new Step.Parameter("mode", "750"), new Step.Parameter("size", "1048576"));
    assertThat(filesystem.attrs())
        .isEqualTo(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
    assertThat(Plans.filesystemOn(plan(tmpfs("/t")), "/t").parameters())
        .containsExactly(new Step.Parameter("mode", "1777"));
  }

  @Test
  void aMountOfTheCallerReplacesTheSystemsAtTheSamePlace() {
    assertThat(Plans.targets(plan(tmpfs("/dev/shm/")))).containsOnlyOnce("/dev/shm");
    assertThat(Plans.targets(plan(bind("/proc", "/proc")))).containsOnlyOnce("/proc");
    LaunchPlan ownDev = plan(bind("/dev", "/dev"));
    assertThat(Plans.targets(ownDev)).containsOnlyOnce("/dev").doesNotContain("/dev/null");
    assertThat(Plans.has(ownDev, InitStep.Symlink.class)).isFalse();
  }

  @Test
  void aWorkingDirectoryIsMadeAfterTheMountsItMayBeIn() {
    LaunchPlan plan = Planner.plan(cwd(Root.directory(Specs.ROOT), "/work"), FACTS);

    assertThat(Plans.only(plan, InitStep.Mkdir.class)).isEqualTo(new InitStep.Mkdir("/work", 0755));
    assertThat(Plans.only(plan, CommandStep.Workdir.class).path()).isEqualTo("/work");
    assertThat(Plans.has(Planner.plan(Specs.busyboxTrue(), FACTS), InitStep.Mkdir.class)).isFalse();
  }

  @Test
  void everySlotIsFilledOnceAndEmptiedOnce() {
    LaunchPlan plan = plan(bind("/a", "/a"), tmpfs("/b"));
    boolean[] full = new boolean[256];
    for (Step step : plan.steps()) {
      if (step instanceof InitStep.Bind bind) {
        assertThat(full[bind.source().slot()]).isFalse();
        full[bind.source().slot()] = true;
      } else if (step instanceof InitStep.Filesystem filesystem) {
        assertThat(full[filesystem.slot()]).isFalse();
        full[filesystem.slot()] = true;
      } else if (step instanceof InitStep.Mount mount) {
        assertThat(full[mount.slot()]).isTrue();
        full[mount.slot()] = false;
      } else if (step instanceof InitStep.PivotRoot pivot) {
        assertThat(full[pivot.slot()]).isTrue();
        full[pivot.slot()] = false;
      }
    }
    assertThat(full).doesNotContain(true);
  }

  @Test
  void moreMountsThanNsinitHasRoomForAreAProblem() {
    Mount[] mounts = new Mount[250];
    for (int i = 0; i < mounts.length; i++) {
      mounts[i] = tmpfs("/m" + i);
    }

    assertThatThrownBy(() -> plan(mounts)).hasMessageStartingWith("--volume: 263 mounts");
  }
}
