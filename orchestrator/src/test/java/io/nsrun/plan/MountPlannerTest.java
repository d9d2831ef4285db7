package io.nsrun.plan;

import static io.nsrun.plan.steps.LinuxConstants.MOUNT_ATTR_NODEV;
import static io.nsrun.plan.steps.LinuxConstants.MOUNT_ATTR_NOEXEC;
import static io.nsrun.plan.steps.LinuxConstants.MOUNT_ATTR_NOSUID;
import static io.nsrun.plan.steps.LinuxConstants.MOUNT_ATTR_RDONLY;
import static io.nsrun.plan.steps.LinuxConstants.MS_PRIVATE;
import static io.nsrun.plan.steps.LinuxConstants.MS_REC;
import static io.nsrun.plan.steps.LinuxConstants.MS_SHARED;
import static io.nsrun.plan.steps.LinuxConstants.MS_SLAVE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.plan.facts.HostFacts;
import io.nsrun.plan.facts.PathKind;
import io.nsrun.plan.steps.CommandStep;
import io.nsrun.plan.steps.FileStep;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.Step;
import io.nsrun.spec.Blob;
import io.nsrun.spec.Bytes;
import io.nsrun.spec.Groups;
import io.nsrun.spec.Mount;
import io.nsrun.spec.MountOptions;
import io.nsrun.spec.NamespaceMode;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.ProcessSpec;
import io.nsrun.spec.Root;
import io.nsrun.spec.RootSource;
import io.nsrun.spec.Spec;
import io.nsrun.spec.UserNamespace;
import io.nsrun.spec.UserRef;
import io.nsrun.spec.Writes;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MountPlannerTest {
  private static final HostFacts FACTS = Specs.unprivileged();

  private static Mount tmpfs(String target) {
    return new Mount.Tmpfs(target, Bytes.ZERO, 01777, MountOptions.DEFAULT);
  }

  private static Mount bind(String source, String target) {
    return new Mount.Bind(source, target, true, Mount.Propagation.PRIVATE, MountOptions.DEFAULT);
  }

  private static Spec cwd(Root root, String cwd) {
    return Specs.builder("sh")
        .root(root)
        .process(
            new ProcessSpec(
                List.of("/bin/sh"),
                Map.of(),
                cwd,
                UserRef.UNSPECIFIED,
                Groups.NONE,
                null,
                true,
                022,
                false))
        .build();
  }

  @Test
  void theRootIsClonedWithoutDevicesAndPivotedToBeforeAnythingIsMounted() {
    LaunchPlan plan = Planner.plan(Specs.busyboxTrue(), FACTS);
    FileStep.PivotRoot pivot = Plans.only(plan, FileStep.PivotRoot.class);

    assertThat(Plans.tree(plan, pivot.detached()))
        .isEqualTo(
            new Step.MountSource(
                pivot.detached(),
                Specs.ROOT,
                true,
                MOUNT_ATTR_NODEV,
                0,
                MS_PRIVATE,
                Step.Expect.DIRECTORY,
                0,
                0));
    assertThat(Plans.only(plan, FileStep.Propagation.class).flags()).isEqualTo(MS_REC | MS_PRIVATE);
    int at = Plans.indexOf(plan, pivot);
    for (int i = 0; i < plan.steps().size(); i++) {
      Step step = plan.steps().get(i);
      if (step instanceof FileStep.Bind || step instanceof FileStep.Filesystem) {
        assertThat(i).isLessThan(at);
      } else if (step instanceof FileStep.Mount || step instanceof FileStep.Symlink) {
        assertThat(i).isGreaterThan(at);
      }
    }
  }

  @Test
  void rootLetsTheMonitorCloneTreesSinceTheContainersIdsMayNotReachThem() {
    LaunchPlan plan = Planner.plan(Specs.busyboxTrue(), Specs.root());

    assertThat(Plans.has(plan, FileStep.Bind.class)).isFalse();
    assertThat(Plans.all(plan, HostStep.HostTree.class)).hasSize(7);
    int namespaces = Plans.indexOf(plan, Plans.only(plan, HostStep.Namespaces.class));
    for (HostStep.HostTree tree : Plans.all(plan, HostStep.HostTree.class)) {
      assertThat(Plans.indexOf(plan, tree)).isLessThan(namespaces);
    }
  }

  @Test
  void aFileFromMemoryBelongsToTheContainersRootAndCantBeWritten() {
    Blob content = Blob.copyOf(new byte[] {1, 2, 3});
    LaunchPlan plan = Plans.with(new Mount.Inject("/etc/app/key", content, 0444));
    FileStep.Inject inject = Plans.only(plan, FileStep.Inject.class);
    FileStep.PivotRoot pivot = Plans.only(plan, FileStep.PivotRoot.class);
    FileStep.Mount mount =
        new FileStep.Mount(inject.detached(), "/etc/app/key", Step.MountFlags.CREATE_FILE);

    assertThat(inject).isEqualTo(new FileStep.Inject(inject.detached(), 0444, 0, 0, content));
    assertThat(Plans.indexOf(plan, inject)).isLessThan(Plans.indexOf(plan, pivot));
    int at = Plans.indexOf(plan, mount);
    assertThat(plan.steps().get(at + 1))
        .isEqualTo(
            new FileStep.MountAttributes(
                "/etc/app/key",
                false,
                MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
                0));

    Spec keepId =
        Specs.builder("sh")
            .user(UserNamespace.of(UserNamespace.Mode.KEEP_ID))
            .mount(new Mount.Inject("/key", content, 0444))
            .build();
    inject = Plans.only(Planner.plan(keepId, FACTS), FileStep.Inject.class);
    assertThat(inject.uid()).isEqualTo(1000);
    assertThat(inject.gid()).isEqualTo(1001);
  }

  @Test
  void anEphemeralRootIsAnOverlayOnANewTmpfs() {
    Spec spec =
        Specs.builder("sh")
            .root(new Root(new RootSource.Directory(Specs.ROOT), Writes.MEMORY))
            .build();
    LaunchPlan plan = Planner.plan(spec, FACTS);
    FileStep.Overlay overlay = Plans.only(plan, FileStep.Overlay.class);

    assertThat(Plans.tree(plan, overlay.lower()).path()).isEqualTo(Specs.ROOT);
    assertThat(overlay.writes()).isEqualTo(FileStep.Overlay.TMPFS);
    assertThat(Plans.only(plan, FileStep.PivotRoot.class).detached()).isEqualTo(overlay.detached());
  }

  @Test
  void theHostsRootIsReadOnlyInAllOfItWithWritablePlacesOnTop() {
    Spec spec = cwd(Root.ofHost(), "/var/empty");
    LaunchPlan plan = Planner.plan(spec, FACTS);
    Step.MountSource root = Plans.tree(plan, Plans.only(plan, FileStep.PivotRoot.class).detached());

    assertThat(root.path()).isEqualTo("/");
    assertThat(root.recursive()).isTrue();
    assertThat(root.attrSet()).isEqualTo(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
    assertThat(Plans.filesystemOn(plan, "/tmp").type()).isEqualTo("tmpfs");
    assertThat(Plans.filesystemOn(plan, "/run").parameters())
        .containsExactly(new Step.Parameter("mode", "755"));
    assertThat(Plans.has(plan, FileStep.Mkdir.class)).isFalse();
    assertThat(Plans.has(plan, FileStep.MountAttributes.class)).isFalse();
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
                step instanceof FileStep.Propagation
                    || step instanceof FileStep.PivotRoot
                    || step instanceof FileStep.Mount
                    || step instanceof FileStep.MaskPath);
    assertThat(plan.isolation().get(Isolation.Aspect.MOUNT_NAMESPACE).full()).isFalse();
    assertThat(plan.isolation().get(Isolation.Aspect.PROC).full()).isFalse();
  }

  @Test
  void mountsOfTheCallerComeAfterTheSystemsParentsFirst() {
    LaunchPlan plan =
        Plans.with(
            bind("/d", "/a/b/c"), tmpfs("/z"), bind("/e", "/a/b"), tmpfs("//a/"), tmpfs("/dev/x"));

    assertThat(Plans.targets(plan)).endsWith("/z", "/a", "/a/b", "/dev/x", "/a/b/c");
    int lastMount = Plans.indexOf(plan, Plans.mountOn(plan, "/a/b/c"));
    int firstMask = Plans.indexOf(plan, Plans.all(plan, FileStep.ReadonlyPath.class).get(0));
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
    Step.MountSource tree = Plans.treeOn(Plans.with(bind), "/dst");

    assertThat(tree.recursive()).isFalse();
    assertThat(tree.attrSet()).isEqualTo(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOEXEC);
    assertThat(tree.propagation()).isEqualTo(MS_SLAVE);
    assertThat(Plans.treeOn(Plans.with(bind("/src", "/dst")), "/dst").attrSet())
        .isEqualTo(MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
  }

  @Test
  void aSlaveBindLetsTheHostsMountsIntoTheNamespace() {
    Mount.Bind slave =
        new Mount.Bind("/src", "/dst", true, Mount.Propagation.SLAVE, MountOptions.DEFAULT);

    assertThat(Plans.only(Plans.with(slave), FileStep.Propagation.class).flags())
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
        .hasMessageStartingWith("volume: /dst can't be shared");
    assertThat(Plans.treeOn(Planner.plan(spec, facts.root().facts()), "/dst").propagation())
        .isEqualTo(MS_SHARED);
  }

  @Test
  void aFileIsBoundOnAFileAndADirectoryOnADirectory() {
    Spec spec = Specs.builder("sh").mount(bind("/src", "/dst")).build();
    LaunchPlan file = Planner.plan(spec, Specs.unprivilegedWith("/src", PathKind.FILE));
    LaunchPlan directory = Planner.plan(spec, Specs.unprivilegedWith("/src", PathKind.DIRECTORY));

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
        assertThatThrownBy(() -> Planner.plan(spec, Specs.unprivilegedWith("/src", kind)))
            .hasMessageStartingWith("volume: /src is " + kind.text());
      }
    }
  }

  @Test
  void aTmpfsHasItsModeInOctalAndItsSizeInBytes() {
    Mount tmpfs = new Mount.Tmpfs("/t", Bytes.ofMebi(1), 0750, MountOptions.READ_ONLY);
    FileStep.Filesystem filesystem = Plans.filesystemOn(Plans.with(tmpfs), "/t");

    assertThat(filesystem.parameters())
        .containsExactly(new Step.Parameter("mode", "750"), new Step.Parameter("size", "1048576"));
    assertThat(filesystem.attrs())
        .isEqualTo(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
    assertThat(Plans.filesystemOn(Plans.with(tmpfs("/t")), "/t").parameters())
        .containsExactly(new Step.Parameter("mode", "1777"));
  }

  @Test
  void aMountOfTheCallerReplacesTheSystemsAtTheSamePlace() {
    assertThat(Plans.targets(Plans.with(tmpfs("/dev/shm/")))).containsOnlyOnce("/dev/shm");
    assertThat(Plans.targets(Plans.with(bind("/proc", "/proc")))).containsOnlyOnce("/proc");
    LaunchPlan ownDev = Plans.with(bind("/dev", "/dev"));
    assertThat(Plans.targets(ownDev)).containsOnlyOnce("/dev").doesNotContain("/dev/null");
    assertThat(Plans.has(ownDev, FileStep.Symlink.class)).isFalse();
  }

  @Test
  void aWorkingDirectoryIsMadeAfterTheMountsItMayBeIn() {
    LaunchPlan plan = Planner.plan(cwd(Root.directory(Specs.ROOT), "/work"), FACTS);

    assertThat(Plans.only(plan, FileStep.Mkdir.class)).isEqualTo(new FileStep.Mkdir("/work", 0755));
    assertThat(Plans.only(plan, CommandStep.Workdir.class).path()).isEqualTo("/work");
    assertThat(Plans.has(Planner.plan(Specs.busyboxTrue(), FACTS), FileStep.Mkdir.class)).isFalse();
  }

  @Test
  void everyDetachedMountIsMadeOnceAndTakenOnce() {
    LaunchPlan plan = Plans.with(bind("/a", "/a"), tmpfs("/b"));
    boolean[] full = new boolean[256];
    for (Step step : plan.steps()) {
      if (step instanceof FileStep.Bind bind) {
        assertThat(full[bind.source().detached()]).isFalse();
        full[bind.source().detached()] = true;
      } else if (step instanceof FileStep.Filesystem filesystem) {
        assertThat(full[filesystem.detached()]).isFalse();
        full[filesystem.detached()] = true;
      } else if (step instanceof FileStep.Mount mount) {
        assertThat(full[mount.detached()]).isTrue();
        full[mount.detached()] = false;
      } else if (step instanceof FileStep.PivotRoot pivot) {
        assertThat(full[pivot.detached()]).isTrue();
        full[pivot.detached()] = false;
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

    assertThatThrownBy(() -> Plans.with(mounts)).hasMessageStartingWith("volume: 263 mounts");
  }

  @Test
  void aProvidedFileMayBeWrittenAndIsNoReasonToStop() {
    Blob content = Blob.copyOf(new byte[] {'x'});
    Mount hosts = new Mount.Inject("/etc/hosts", content, 0644, true);
    LaunchPlan plan = Plans.with(hosts);

    assertThat(Plans.only(plan, FileStep.Inject.class).mode()).isEqualTo(0644);
    assertThat(Plans.flags(plan, "/etc/hosts"))
        .isEqualTo(Step.MountFlags.OPTIONAL | Step.MountFlags.CREATE_FILE);
    assertThat(Plans.has(plan, FileStep.MountAttributes.class)).isFalse();

    Root readOnly = new Root(new RootSource.Directory(Specs.ROOT), Writes.IN_PLACE, true);
    plan = Planner.plan(Specs.builder("sh").root(readOnly).mount(hosts).build(), FACTS);
    assertThat(Plans.only(plan, FileStep.Inject.class).mode()).isEqualTo(0444);
    assertThat(Plans.flags(plan, "/etc/hosts")).isEqualTo(Step.MountFlags.OPTIONAL);
  }
}
