package io.nsrun.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.cli.OptionDialect;
import io.nsrun.control.Errno;
import io.nsrun.control.Event;
import io.nsrun.plan.steps.FileStep;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.SetupStep;
import io.nsrun.plan.steps.Step;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said of a directory that changes go to. */
class OverlayCausesTest {
  private static final LaunchPlan PLAN = plan(1);
  private static final LaunchPlan IN_MEMORY = plan(FileStep.Overlay.TMPFS);

  private final FakeMachine machine =
      FakeMachine.healthy()
          .mount("40 21 0:50 / /srv rw - overlay overlay rw")
          .mount("41 21 0:51 / /small rw - tmpfs tmpfs rw");

  @ParameterizedTest
  @ValueSource(strings = {"ENOSPC", "EDQUOT"})
  void aFullDiskOfTheDirectoryIsNamed(Errno errno) {
    assertThat(overlay(plan(2), errno, "overlay", "type=overlay"))
        .isEqualTo(
            "/small, where /small/d is, has no space or no inodes left, or the caller's quota there"
                + " is used up. Free some (df /small, df -i /small), or choose a directory on"
                + " another file system.");
  }

  @Test
  void anOverlayThatCameUpReadOnlyFoundTheDiskFull() {
    String detail = "of a disk that may be full";

    assertThat(overlay(plan(2), Errno.EROFS, "upper", detail))
        .contains("/small, where /small/d is");
    assertThat(overlay(IN_MEMORY, Errno.EROFS, "upper", detail)).contains("Free some memory");
  }

  @Test
  void memoryIsShortOnlyWhereChangesGoToIt() {
    assertThat(overlay(IN_MEMORY, Errno.ENOSPC, "overlay", "")).contains("Free some memory");
    assertThat(overlay(PLAN, Errno.ENOSPC, "tmpfs", "mkdir")).contains("Free some memory");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "lower", "upper"})
  void aPlaceThatCantBeMountedOnMeetsTheLimitOfMounts(String place) {
    assertThat(overlay(PLAN, Errno.ENOSPC, place, "")).contains("fs.mount-max", "sysctl");
  }

  @Test
  void aDirectoryThatCantHaveTheChangesIsToMove() {
    String said =
        "/data/d can't be the upper layer: its file system, ext4, lacks what that needs. Choose a"
            + " directory on another: ext4, xfs, btrfs or tmpfs.";
    String kernel =
        "upperdir=/proc/self/fd/17 overlay: filesystem on /proc/self/fd/17 not supported as upperdir";

    assertThat(overlay(PLAN, Errno.EINVAL, "overlay", kernel)).isEqualTo(said);
    assertThat(overlay(plan(3), Errno.EINVAL, "overlay", "type=overlay "))
        .as("older kernels do not say which")
        .isEqualTo(said.replace("/data/d", "/srv/d").replace("system, ext4,", "system, overlay,"));
  }

  @Test
  void aRootThatCantBeALayerIsToBeCopied() {
    String kernel = "lowerdir=/proc/self/fd/16 overlay: filesystem on it not supported";

    assertThat(overlay(PLAN, Errno.EINVAL, "overlay", kernel))
        .startsWith("the root filesystem can't be a layer")
        .doesNotContain("/data/d");
    assertThat(overlay(IN_MEMORY, Errno.EINVAL, "overlay", "type=overlay "))
        .startsWith("the root filesystem can't be a layer")
        .endsWith("Copy it to ext4, xfs or tmpfs.");
  }

  @Test
  void bothLayersAreNamedWhereItMayBeEither() {
    assertThat(overlay(PLAN, Errno.EINVAL, "overlay", "type=overlay "))
        .startsWith("the root filesystem can't be a layer")
        .endsWith(
            "Copy it to ext4, xfs or tmpfs. Or it is /data/d that can't be the upper layer: then"
                + " choose a directory on one of these.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"upper", "work"})
  void anOwnerThatIsNotMappedIsTold(String directory) {
    assertThat(overlay(PLAN, Errno.EACCES, directory, "open"))
        .isEqualTo(
            "/data/d is open to the caller alone, whose user id or group id is not mapped in the"
                + " container. Leave out what maps others (--uidmap, --gidmap, --userns), or use"
                + " --ephemeral, where changes go to memory.");
  }

  @Test
  void overlayfsThatIsRefusedIsNotBlamedOnTheOwner() {
    assertThat(overlay(PLAN, Errno.EPERM, "overlay", "type=overlay ")).contains("is refused");
    assertThat(overlay(IN_MEMORY, Errno.EACCES, "upper", "open")).contains("is refused");
  }

  @ParameterizedTest
  @ValueSource(strings = {"EINVAL", "EPERM"})
  void aDirectoryWhoseOwnersCantBeTranslatedIsToBeAnother(Errno errno) {
    // The fifth step translates /srv/d.
    Event.Failed failed =
        new Event.Failed(SetupStep.IDMAP_MOUNT, 4, errno.number(), "mount_setattr", "");

    assertThat(new Causes(machine).explain(failed, plan(3)).orElseThrow().in(OptionDialect.OPTIONS))
        .startsWith("/srv/d ")
        .doesNotContain("-v ", "--userns")
        .endsWith("Choose a directory for the changes on another file system: ext4, xfs or btrfs.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"HOST_TREE", "BIND"})
  void aDirectoryThatCantBeBoundIsToBeAnother(SetupStep step) {
    Event.Failed failed = new Event.Failed(step, 1, Errno.EINVAL.number(), "/data/d", "open_tree");

    assertThat(new Causes(machine).explain(failed, PLAN).orElseThrow().in(OptionDialect.OPTIONS))
        .isEqualTo(
            "something is mounted below it, or it is marked unbindable. Choose another directory for"
                + " the changes.");
    assertThat(new Causes(machine).explain(failed, plan(2)).orElseThrow().in(OptionDialect.OPTIONS))
        .contains("rbind");
  }

  private String overlay(LaunchPlan plan, Errno errno, String object, String detail) {
    Event.Failed failed = new Event.Failed(SetupStep.OVERLAY, 5, errno.number(), object, detail);
    return new Causes(machine).explain(failed, plan).orElseThrow().in(OptionDialect.OPTIONS);
  }

  /** Changes go to the tree that has this number. */
  private static LaunchPlan plan(int writes) {
    return new LaunchPlan(
        List.of(
            tree(0, "/image"),
            tree(1, "/data/d"),
            tree(2, "/small/d"),
            tree(3, "/srv/d"),
            new HostStep.IdmapMount(3),
            new FileStep.Overlay(4, 0, writes, 0),
            new FileStep.PivotRoot(4)),
        new Isolation(List.of()));
  }

  private static HostStep tree(int detached, String path) {
    return new HostStep.HostTree(
        new Step.MountSource(detached, path, false, 0, 0, 0, Step.Expect.DIRECTORY, 0, 0));
  }
}
