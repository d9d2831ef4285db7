package io.nsrun.plan.facts;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.plan.Planner;
import io.nsrun.plan.Specs;
import io.nsrun.plan.steps.FileStep;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.spec.Spec;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class VisibilityProbeTest {
  private static final String ROOT = "1 0 8:1 / / rw - ext4 /dev/vda rw\n";
  private static final String SYSFS = "23 1 0:21 / /sys rw,nosuid shared:7 - sysfs sysfs rw\n";

  private static boolean visible(String mountinfo) {
    return VisibilityProbe.isSysfsVisible(mountinfo.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void sysfsThatNothingCoversIsVisible() {
    assertThat(visible(ROOT + SYSFS)).isTrue();
  }

  @Test
  void mountsOnItsOwnMountPointsHideNothing() {
    assertThat(
            visible(
                ROOT
                    + SYSFS
                    + "24 23 0:22 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"
                    + "25 23 0:7 / /sys/kernel/debug rw - debugfs debugfs rw\n"))
        .isTrue();
  }

  @Test
  void coveredDirectoryHidesIt() {
    assertThat(visible(ROOT + SYSFS + "24 23 0:22 / /sys/firmware ro - tmpfs tmpfs ro\n"))
        .isFalse();
  }

  @Test
  void secondOneThatIsWholeMakesUpForIt() {
    assertThat(
            visible(
                ROOT
                    + SYSFS
                    + "24 23 0:22 / /sys/firmware ro - tmpfs tmpfs ro\n"
                    + "30 1 0:21 / /mnt/sys rw - sysfs sysfs rw\n"))
        .isTrue();
  }

  @Test
  void noneOrAPartOfOneIsNotEnough() {
    assertThat(visible(ROOT)).isFalse();
    assertThat(visible(ROOT + "23 1 0:21 /class /sys rw - sysfs sysfs rw\n")).isFalse();
    assertThat(visible("")).isFalse();
  }

  @Test
  void procIsVisibleUnlessMoreIsCoveredThanItsOwnMountPoints() {
    String proc = ROOT + "23 1 0:21 / /proc rw shared:7 - proc proc rw\n";
    String misc = "24 23 0:30 / /proc/sys/fs/binfmt_misc rw - binfmt_misc none rw\n";
    String masked = "25 23 0:31 / /proc/acpi ro - tmpfs tmpfs ro\n";

    assertThat(procVisible(proc)).isTrue();
    assertThat(procVisible(proc + misc)).isTrue();
    assertThat(procVisible(proc + masked)).isFalse();
    assertThat(procVisible(ROOT + SYSFS)).isFalse();
  }

  private static boolean procVisible(String mountinfo) {
    return VisibilityProbe.isProcVisible(mountinfo.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void hiddenSysfsIsLeftOutAndSaidSo() {
    Specs.Facts facts = new Specs.Facts();
    facts.sysfsHidden = true;
    Spec spec = Specs.busyboxTrue();

    LaunchPlan plan = Planner.plan(spec, facts.facts());

    assertThat(plan.steps())
        .noneMatch(step -> step instanceof FileStep.Filesystem made && made.type().equals("sysfs"));
    assertThat(plan.isolation().get(Isolation.Aspect.SYSFS).value()).isEqualTo("left out");
    assertThat(plan.isolation().get(Isolation.Aspect.SYSFS).reason()).contains("does not see");
  }
}
