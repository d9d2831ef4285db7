package io.nsrun.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertAll;

import io.nsrun.spec.Text;
import io.nsrun.state.IdRangePool;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DoctorTest {
  private static final String MAX_USER = "/proc/sys/user/max_user_namespaces";
  private static final String CLONE = "/proc/sys/kernel/unprivileged_userns_clone";
  private static final String APPARMOR = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns";
  private static final String MEMFD = "/proc/sys/vm/memfd_noexec";

  @Test
  void theIdsInUseByContainersOfRootAreShown() {
    FakeMachine machine = FakeMachine.healthy().asRoot().ranges(2, 1879048192L, 1879179264L);

    assertThat(new Doctor(machine).examine().find("id-ranges").orElseThrow().detail())
        .isEqualTo(
            "4094 of 65536 ids from 1879048192; 2 in use: from 1879048192, 1879179264; 2 not used,"
                + " as this machine's users have them");
  }

  @Test
  void aHealthyMachineIsOkThroughout() {
    Report report = new Doctor(FakeMachine.healthy()).examine();

    assertThat(report.findings()).allMatch(f -> f.result() == Result.OK, "is ok");
    assertThat(report.runWorks()).isTrue();
  }

  @Test
  void anEmptyMachineBreaksNoProbe() {
    Report report = new Doctor(new FakeMachine()).examine();

    assertThat(report.findings()).hasSameSizeAs(Doctor.probes());
    assertThat(report.runWorks()).isFalse();
  }

  @Test
  void everyProbeHasAnIdOfItsOwnAndSaysWhy() {
    List<Probe> probes = Doctor.probes();

    assertThat(probes).extracting(Probe::id).doesNotHaveDuplicates();
    assertThat(probes).allMatch(p -> p.id().matches("[a-z]+(-[a-z]+)*"));
    assertThat(probes).allMatch(p -> p.why().toString().endsWith(".") && !p.what().isEmpty());
  }

  @Test
  void thisMachineIsExaminedWithoutAnException() {
    Report report = new Doctor(new LocalMachine()).examine();

    assertAll(
        () -> assertThat(report.find("java").orElseThrow().result()).isEqualTo(Result.OK),
        () -> assertThat(report.find("kernel").orElseThrow().detail()).matches("[0-9]+\\..*"));
  }

  @Test
  void whatWorksForRealIsNoFailureWhateverTheFilesSay() throws InterruptedException {
    Machine machine = FakeMachine.healthy().file(APPARMOR, "1\n");

    Report report = new Doctor(machine).examine(trial -> Optional.empty());

    assertThat(new Doctor(machine).examine().runWorks()).isFalse();
    assertThat(report.runWorks()).isTrue();
    assertThat(report.find("userns-apparmor").orElseThrow().result()).isEqualTo(Result.WARN);
    assertThat(report.find("run").orElseThrow().result()).isEqualTo(Result.OK);
  }

  @Test
  void aDefaultRunThatFailsForRealIsAFailureWhateverTheFilesSay() throws InterruptedException {
    Trial.Trouble trouble =
        new Trial.Trouble("pivot_root /: EINVAL", Text.of("It is the initial ramfs."));

    Report report =
        new Doctor(FakeMachine.healthy())
            .examine(t -> t == Trial.DEFAULT ? Optional.of(trouble) : Optional.empty());

    assertThat(report.runWorks()).isFalse();
    assertThat(report.find("run").orElseThrow().detail()).isEqualTo("pivot_root /: EINVAL");
    assertThat(report.find("run").orElseThrow().remedy()).hasToString("It is the initial ramfs.");
  }

  @Test
  void theSameTroubleIsToldOnce() throws InterruptedException {
    Trial.Trouble trouble = new Trial.Trouble("uid_map: EPERM", Text.of("Do this."));

    Report report = new Doctor(FakeMachine.healthy()).examine(trial -> Optional.of(trouble));

    assertThat(report.findings().stream().filter(f -> f.remedy().equals(Text.of("Do this."))))
        .hasSize(1);
    assertThat(report.find("run-one-id").orElseThrow().result()).isEqualTo(Result.WARN);
  }

  @Test
  void aTrialOfSomethingOptionalOnlyWarns() throws InterruptedException {
    Trial.Trouble trouble = new Trial.Trouble("overlay: EPERM", Text.of(""));

    Report report =
        new Doctor(FakeMachine.healthy())
            .examine(t -> t == Trial.EPHEMERAL ? Optional.of(trouble) : Optional.empty());

    assertThat(report.runWorks()).isTrue();
    assertThat(report.find("run-ephemeral").orElseThrow().result()).isEqualTo(Result.WARN);
  }

  @Test
  void theRemedyNamesARangeThatNobodyHas() {
    Machine machine =
        FakeMachine.healthy().file("/etc/subuid", "bob:100000:65536\neve:165536:65536\n");

    assertThat(new Doctor(machine).examine().find("subuid").orElseThrow().remedy())
        .hasToString("sudo usermod --add-subuids 231072-296607 ann");
  }

  static Stream<Arguments> ills() {
    return Stream.of(
        ill("kernel", Result.FAIL, m -> m.file("/proc/sys/kernel/osrelease", "5.10.0-9\n")),
        ill("kernel", Result.UNKNOWN, m -> m.without("/proc/sys/kernel/osrelease")),
        ill("mount-api", Result.FAIL, m -> m.file("/proc/sys/kernel/osrelease", "4.19.0\n")),
        ill("memfd", Result.FAIL, m -> m.file(MEMFD, "2\n")),
        ill("memfd", Result.OK, m -> m.file(MEMFD, "1\n")),
        ill("open-files", Result.WARN, m -> m.file("/proc/self/limits", "Max open files 64 64\n")),
        ill("user-namespaces", Result.FAIL, m -> m.file(MAX_USER, "0\n")),
        ill("user-namespaces", Result.FAIL, m -> m.without("/proc/self/ns/user")),
        ill("user-namespaces", Result.UNKNOWN, m -> m.without(MAX_USER)),
        ill("userns-clone", Result.FAIL, m -> m.file(CLONE, "0\n")),
        ill("userns-clone", Result.WARN, m -> m.file(CLONE, "0\n").asRoot()),
        ill("userns-clone", Result.OK, m -> m.file(CLONE, "1\n")),
        ill("userns-apparmor", Result.FAIL, m -> m.file(APPARMOR, "1\n")),
        ill("userns-apparmor", Result.WARN, m -> m.file(APPARMOR, "1\n").asRoot()),
        ill("userns-apparmor", Result.OK, m -> m.file(APPARMOR, "0\n")),
        ill("other-namespaces", Result.FAIL, m -> m.without("/proc/self/ns/cgroup")),
        ill(
            "other-namespaces",
            Result.FAIL,
            m -> m.file("/proc/sys/user/max_net_namespaces", "0\n")),
        ill(
            "chroot",
            Result.FAIL,
            m -> m.file("/proc/self/mountinfo", "9 8 0:1 / /proc rw - proc proc rw\n")),
        ill(
            "chroot",
            Result.FAIL,
            m -> m.file("/proc/1/mountinfo", "21 1 8:1 / /srv/tree rw - ext4 /dev/sda1 rw\n")),
        ill(
            "initramfs",
            Result.FAIL,
            m -> m.file("/proc/self/mountinfo", "1 1 0:2 / / rw - rootfs rootfs rw\n")),
        ill(
            "caller-confined",
            Result.WARN,
            m -> m.file("/proc/self/status", FakeMachine.status(1000, 1, 2))),
        ill("id-ranges", Result.OK, m -> m),
        ill("id-ranges", Result.OK, m -> m.asRoot().ranges(0)),
        ill("id-ranges", Result.OK, m -> m.asRoot().ranges(IdRangePool.COUNT - 1)),
        ill("id-ranges", Result.FAIL, m -> m.asRoot().ranges(IdRangePool.COUNT - 1, 1879048192L)),
        ill("id-ranges", Result.WARN, m -> m.asRoot().file("/proc/self/uid_map", "0 0 65536\n")),
        ill("subuid", Result.WARN, m -> m.without("/etc/subuid")),
        ill("subuid", Result.WARN, m -> m.file("/etc/subuid", "ann:100000:1000\n")),
        ill("subuid", Result.OK, m -> m.file("/etc/subuid", "1000:100000:65536\n")),
        ill("subuid", Result.WARN, m -> m.file("/etc/subuid", "ann:x:65536\n:::\n")),
        ill("subgid", Result.OK, m -> m.without("/etc/subgid").asRoot()),
        ill("subgid", Result.WARN, m -> m.file("/etc/subgid", "bob:100000:65536\n")),
        ill("newuidmap", Result.WARN, m -> m.without("/usr/bin/newuidmap")),
        ill("newuidmap", Result.UNKNOWN, m -> m.mode("/usr/bin/newuidmap", 0100755)),
        ill(
            "newuidmap",
            Result.OK,
            m ->
                m.mode("/usr/bin/newuidmap", 0100755)
                    .capabilities("/usr/bin/newuidmap", "/usr/bin/newuidmap cap_setuid=ep")),
        ill(
            "newuidmap",
            Result.WARN,
            m -> m.mode("/usr/bin/newuidmap", 0100755).capabilities("/usr/bin/newuidmap", "")),
        ill(
            "newuidmap",
            Result.WARN,
            m -> m.file("/proc/self/status", FakeMachine.status(1000, 1, 0))),
        ill(
            "newgidmap",
            Result.WARN,
            m -> m.mount("30 21 8:2 / /usr rw,nosuid - ext4 /dev/sdb rw")),
        ill("newgidmap", Result.OK, m -> m.without("/usr/bin/newgidmap").asRoot()),
        ill("proc", Result.FAIL, m -> m.mount("30 22 0:40 / /proc/kcore rw - tmpfs tmpfs rw")),
        ill("proc", Result.FAIL, m -> m.mount("30 22 0:20 /sys /proc/sys ro - proc proc rw")),
        ill(
            "proc",
            Result.OK,
            m ->
                m.mount("30 22 0:40 / /proc/kcore rw - tmpfs tmpfs rw")
                    .mount("31 21 0:20 / /mnt/proc rw - proc proc rw")),
        ill(
            "proc",
            Result.FAIL,
            m -> m.file("/proc/self/mountinfo", "21 1 8:1 / / rw - ext4 /dev/sda1 rw\n")),
        ill("devices", Result.FAIL, m -> m.mode("/dev/full", 0100644)),
        ill("devices", Result.FAIL, m -> m.mount("30 21 0:41 / /dev rw,nodev - tmpfs tmpfs rw")),
        ill("overlay", Result.WARN, m -> m.file("/proc/sys/kernel/osrelease", "5.10.0\n")),
        ill("overlay", Result.WARN, m -> m.file("/proc/filesystems", "\text4\n")),
        ill(
            "overlay",
            Result.OK,
            m ->
                m.file("/proc/filesystems", "\text4\n")
                    .mode("/lib/modules/6.1.0-28-amd64/kernel/fs/overlayfs/overlay.ko", 0100644)),
        ill(
            "nsinit-directory",
            Result.FAIL,
            m -> m.mount("30 21 8:3 / /home rw,noexec - ext4 /dev/sdc rw")),
        ill(
            "nsinit-directory",
            Result.OK,
            m ->
                m.mount("30 21 8:3 / /home rw,noexec - ext4 /dev/sdc rw")
                    .programDirectories("/srv/nsrun/cache")),
        ill(
            "seccomp",
            Result.FAIL,
            m ->
                m.without("/proc/sys/kernel/seccomp/actions_avail")
                    .file("/proc/self/status", "Uid:\t1\t1\t1\t1\n")),
        ill("landlock", Result.UNKNOWN, m -> m.without("/sys/kernel/security/lsm")),
        ill("lsm", Result.UNKNOWN, m -> m.without("/sys/kernel/security/lsm")),
        ill("java", Result.FAIL, m -> m.property("java.specification.version", "11")),
        ill("jspawnhelper", Result.FAIL, m -> m.notExecutable("/jdk/lib/jspawnhelper")),
        ill("jspawnhelper", Result.FAIL, m -> m.without("/jdk/lib/jspawnhelper")),
        ill(
            "jspawnhelper",
            Result.OK,
            m ->
                m.without("/jdk/lib/jspawnhelper")
                    .property("jdk.lang.Process.launchMechanism", "VFORK")));
  }

  private static Arguments ill(String id, Result expected, UnaryOperator<FakeMachine> change) {
    return Arguments.of(id, expected, change);
  }

  @ParameterizedTest(name = "{index}: {0} is {1}")
  @MethodSource("ills")
  void aChangeOfTheMachineIsNoticedByItsProbe(
      String id, Result expected, UnaryOperator<FakeMachine> change) {
    Finding finding =
        new Doctor(change.apply(FakeMachine.healthy())).examine().find(id).orElseThrow();

    assertThat(finding.result()).as(finding.toString()).isEqualTo(expected);
    if (expected == Result.WARN || expected == Result.FAIL) {
      assertThat(finding.remedy().isEmpty()).isFalse();
    }
  }
}
