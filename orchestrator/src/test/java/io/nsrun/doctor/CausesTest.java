package io.nsrun.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.cli.OptionDialect;
import io.nsrun.control.Errno;
import io.nsrun.control.Event;
import io.nsrun.plan.steps.FileStep;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.LinuxConstants;
import io.nsrun.plan.steps.ProgramUse;
import io.nsrun.plan.steps.SetupStep;
import io.nsrun.plan.steps.Step;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class CausesTest {
  private static final List<Step> STEPS =
      List.of(
          new HostStep.Namespaces(
              LinuxConstants.CLONE_NEWUSER | LinuxConstants.CLONE_NEWTIME, List.of()),
          new FileStep.Filesystem(
              1, "devpts", "devpts", 0, List.of(new Step.Parameter("gid", "5"))),
          new ProgramUse.MapIds(true, List.of()).by("/usr/bin/newuidmap"),
          new ProgramUse.MapIds(false, List.of()).by("/usr/bin/newgidmap"));

  private static final UnaryOperator<FakeMachine> HEALTHY = UnaryOperator.identity();
  private static final String APPARMOR = NamespaceProbes.APPARMOR_SYSCTL;

  static Stream<Arguments> pairs() {
    return Stream.of(
        pair("LISTENER", "ENOENT", "/run/agent", HEALTHY, "no agent listens", "listenerPath"),
        pair("LISTENER", "ECONNREFUSED", "/run/agent", HEALTHY, "no agent listens", "Start it"),
        pair("LISTENER", "EACCES", "/run/agent", HEALTHY, "not for this user", "write permission"),
        pair("LISTENER", "EAGAIN", "/run/agent", HEALTHY, "does not take", "still runs"),
        pair("LISTENER", "ENAMETOOLONG", "/run/agent", HEALTHY, "107 bytes", "shorter path"),
        pair("LISTENER", "EPIPE", "/run/agent", HEALTHY, "hung up", "got the listener"),
        pair("NESTED_NAMESPACES", "EUSERS", "clone3", HEALTHY, "32 deep", "further outside"),
        pair("LOCK", "EAGAIN", "/ids.lock", HEALTHY, "still ends", "Try again"),
        pair("NAMESPACES", "EPERM", "clone3", HEALTHY, "security module", "nsrun doctor"),
        pair(
            "NAMESPACES",
            "EPERM",
            "clone3",
            m -> m.file(NamespaceProbes.CLONE_SYSCTL, "0\n"),
            "kernel.unprivileged_userns_clone=0",
            "sysctl -w kernel.unprivileged_userns_clone=1"),
        pair(
            "NAMESPACES",
            "EPERM",
            "clone3",
            m -> m.file("/proc/1/mountinfo", "21 1 8:1 / /srv/tree rw - ext4 /dev/sda1 rw\n"),
            "a chroot to /srv/tree",
            "pivot_root(8)"),
        pair(
            "NAMESPACES",
            "EPERM",
            "clone3",
            m -> m.file("/proc/self/status", FakeMachine.status(1000, 0, 2)),
            "a seccomp filter is active",
            "seccomp=unconfined"),
        pair(
            "NAMESPACES",
            "ENOSPC",
            "clone3",
            m -> m.file(NamespaceProbes.MAX_USER, "0\n"),
            "user.max_user_namespaces=0",
            "sudo sysctl -w user.max_user_namespaces="),
        pair("NAMESPACES", "ENOSPC", "clone3", HEALTHY, "limit is reached", "Raise it"),
        pair("NAMESPACES", "EUSERS", "clone3", HEALTHY, "nested 32 deep"),
        pair(
            "NAMESPACES",
            "EINVAL",
            "clone3",
            m -> m.without("/proc/self/ns/cgroup"),
            "this kernel lacks cgroup"),
        pair("NAMESPACES", "EINVAL", "clone3", HEALTHY, "--timens=private"),
        pair("NAMESPACES", "ENOSYS", "clone3", HEALTHY, "seccomp filter", "5.3"),
        pair("NAMESPACES", "EAGAIN", "clone3", HEALTHY, "ulimit -u"),
        pair("NAMESPACES", "ENOENT", "/proc/4/ns/net", HEALTHY, "has ended"),
        pair("NAMESPACES", "EPERM", "/proc/4/ns/net", HEALTHY, "--userns=ns:PATH"),
        pair("NAMESPACES", "EACCES", "/proc/4/ns/net", HEALTHY, "the container's command"),
        pair("NAMESPACES", "EINVAL", "/proc/4/ns/net", HEALTHY, "ls -l /proc/4/ns/net"),
        pair(
            "RUN_PROGRAM",
            "EPERM",
            "/usr/bin/newuidmap",
            m -> m.mode("/usr/bin/newuidmap", 0100755).capabilities("/usr/bin/newuidmap", ""),
            "neither setuid nor has cap_setuid",
            "setcap"),
        pair(
            "RUN_PROGRAM",
            "EPERM",
            "/usr/bin/newgidmap",
            m -> m.without("/etc/subgid"),
            "no range for ann in /etc/subgid",
            "usermod --add-subgids"),
        pair("RUN_PROGRAM", "EPERM", "/usr/bin/newuidmap", HEALTHY, "100000+65536 in /etc/subuid"),
        pair("UID_MAP", "EROFS", "/proc/7/uid_map", HEALTHY, "mount -t proc proc /proc"),
        pair(
            "RUN_PROGRAM",
            "EPERM",
            "/usr/bin/newuidmap",
            m -> m.file("/proc/self/mountinfo", "21 1 0:5 / /proc ro - proc proc ro\n"),
            "mount -t proc proc /proc"),
        pair("RUN_PROGRAM", "ENOENT", "/usr/bin/newuidmap", HEALTHY, "apt-get install uidmap"),
        pair("RUN_PROGRAM", "EACCES", "/usr/bin/newgidmap", HEALTHY, "may not execute"),
        pair("RUN_PROGRAM", "ETIMEDOUT", "/usr/bin/newuidmap", HEALTHY, "directory", "getent"),
        pair("RUN_PROGRAM", "EINTR", "/usr/bin/newuidmap", HEALTHY, "killed", "Try again"),
        pair("UID_MAP", "EPERM", "/proc/7/uid_map", HEALTHY, "only the caller's own id"),
        pair("UID_MAP", "EPERM", "/proc/7/uid_map", FakeMachine::asRoot, "CAP_SETFCAP"),
        pair("UID_MAP", "EPERM", "/proc/7/uid_map", m -> m.file(APPARMOR, "1\n"), "\"userns,\""),
        pair("PROPAGATION", "EACCES", "/", m -> m.file(APPARMOR, "1\n"), "no power", "sysctl -w"),
        pair("PROPAGATION", "EACCES", "/", HEALTHY, "flags of an outer mount"),
        pair("GID_MAP", "EINVAL", "/proc/7/gid_map", HEALTHY, "340 entries", "--gidmap"),
        pair("SETUP_IDS", "EINVAL", "setresuid", HEALTHY, "--uidmap"),
        pair("HOST_TREE", "EACCES", "/home/bob/x", HEALTHY, "closed to the caller"),
        pair("BIND", "EACCES", "/home/ann/x", HEALTHY, "the ids that are mapped"),
        pair("BIND", "EPERM", "/mnt", HEALTHY, "flags of an outer mount", ":ro"),
        pair(
            "BIND",
            "ENODEV",
            "/dev/full",
            m -> m.mode("/dev/full", 0100644),
            "/dev/full is no device"),
        pair(
            "IDMAP_MOUNT",
            "EINVAL",
            "mount_setattr",
            HEALTHY,
            "on ext4, which can't have owners translated",
            "--userns=identity"),
        pair("IDMAP_MOUNT", "EPERM", "mount_setattr", HEALTHY, "already", "--userns=identity"),
        pair(
            "FILESYSTEM",
            "EPERM",
            "proc",
            m -> m.mount("30 22 0:40 / /proc/kcore rw - tmpfs tmpfs rw"),
            "/proc/kcore",
            "--proc=bind"),
        pair("FILESYSTEM", "EPERM", "proc", HEALTHY, "--proc=bind"),
        pair("FILESYSTEM", "EPERM", "sysfs", HEALTHY, "network namespace", "--network=none"),
        pair(
            "FILESYSTEM", "EACCES", "tmpfs", m -> m.file(APPARMOR, "1\n"), "no power", "sysctl -w"),
        pair("FILESYSTEM", "EPERM", "tmpfs", HEALTHY, "dmesg"),
        pair("FILESYSTEM", "ENODEV", "mqueue", HEALTHY, "no file system mqueue", "modprobe"),
        pair("FILESYSTEM", "EINVAL", "devpts", HEALTHY, "--gidmap"),
        pair("FILESYSTEM", "ENOSYS", "tmpfs", HEALTHY, "seccomp filter"),
        pair(
            "OVERLAY",
            "EPERM",
            "overlay",
            m -> m.file("/proc/sys/kernel/osrelease", "5.10.0\n"),
            "since Linux 5.11"),
        pair("OVERLAY", "EINVAL", "overlay", HEALTHY, "on an overlayfs already"),
        pair(
            "OVERLAY",
            "ENODEV",
            "overlay",
            m -> m.file("/proc/filesystems", "\text4\n"),
            "modprobe overlay"),
        pair(
            "PIVOT_ROOT",
            "EINVAL",
            "/",
            m -> m.file("/proc/self/mountinfo", "1 1 0:2 / / rw - rootfs rootfs rw\n"),
            "the initial ramfs",
            "switch_root(8)"),
        pair("PIVOT_ROOT", "EINVAL", "/", HEALTHY, "chroot"),
        pair("MOUNT", "ENOENT", "/data", HEALTHY, "Make /data there"),
        pair("MOUNT", "EROFS", "/data", HEALTHY, "read-only", "--ephemeral"),
        pair("MOUNT", "ENOTDIR", "/etc/passwd", HEALTHY, "a file onto a file"),
        pair("MOUNT", "EINVAL", "/etc", HEALTHY, "a file onto a file"),
        pair("MOUNT", "ELOOP", "/proc", HEALTHY, "symbolic link", "hostile"),
        pair("MOUNT", "EACCES", "/data", HEALTHY, "not mapped", "chown"),
        pair("MKDIR", "EROFS", "/work", HEALTHY, "/work is missing"),
        pair("SYMLINK", "EEXIST", "/dev/fd", HEALTHY, "already"),
        pair("MKNOD", "EPERM", "/dev/null", HEALTHY, "--userns=host"),
        pair("MOUNT_ATTRIBUTES", "EPERM", "/", HEALTHY, "flags of an outer mount"),
        pair("HOSTNAME", "EPERM", "web", HEALTHY, "--uts"),
        pair("LOOPBACK", "EPERM", "lo", HEALTHY, "--network=none"),
        pair("SYSCTL", "EACCES", "kernel/shmmax", HEALTHY, "whole machine"),
        pair("CONSOLE", "ENOSPC", "/dev/pts/ptmx", HEALTHY, "kernel.pty.max"),
        pair("INJECT", "EINVAL", "tmpfs", HEALTHY, "not mapped", "--uidmap"),
        pair("WATCH", "EPERM", "proc", HEALTHY, "does not see all of one"),
        pair("AFFINITY", "EINVAL", "sched_setaffinity", HEALTHY, "Cpus_allowed_list"),
        pair("NICE", "EACCES", "setpriority", HEALTHY, "CAP_SYS_NICE"),
        pair("IO_PRIORITY", "EPERM", "ioprio_set", HEALTHY, "CAP_SYS_NICE"),
        pair("LANDLOCK", "ENOENT", "/data", HEALTHY, "not in the container"),
        pair("LANDLOCK", "EOPNOTSUPP", "landlock_create_ruleset", HEALTHY, "switched off"),
        pair("KEYRING", "EDQUOT", "keyring", HEALTHY, "kernel.keys.maxkeys"),
        pair("RLIMIT", "EPERM", "setrlimit", HEALTHY, "ulimit -H"),
        pair("USER", "EINVAL", "setresuid", HEALTHY, "not mapped", "nsrun doctor"),
        pair("USER", "EPERM", "setgroups", HEALTHY, "/etc/subgid"),
        pair("CAPABILITIES", "EPERM", "capset", HEALTHY, "--cap-add"),
        pair(
            "SECCOMP", "EINVAL", "seccomp", HEALTHY, "CONFIG_SECCOMP_FILTER", "seccomp=unconfined"),
        pair("SECCOMP", "EACCES", "seccomp", HEALTHY, "no-new-privileges=false"),
        pair("SECCOMP", "EPERM", "seccomp", HEALTHY, "outer container"),
        pair("WORKDIR", "EPERM", "/proc/self/fd/7", HEALTHY, "leads out of the root"),
        pair("WORKDIR", "EACCES", "/root", HEALTHY, "closed to the user"),
        pair("EXEC", "ENOENT", "nosuch", HEALTHY, "no such command"),
        pair("EXEC", "ENOENT", "/bin/nosuch", HEALTHY, "not in the root filesystem"),
        pair("EXEC", "E2BIG", "/bin/sh", HEALTHY, "128 KiB"),
        pair("EXEC", "ETXTBSY", "/bin/sh", HEALTHY, "open for writing"),
        pair(
            "START",
            "EACCES",
            "memfd_create",
            m -> m.file("/proc/sys/vm/memfd_noexec", "2\n"),
            "vm.memfd_noexec=2"),
        pair("CONTROL", "EPROTO", "hello", HEALTHY, "do not fit together", ".cache/nsrun"),
        pair("PLAN", "E2BIG", "plan", HEALTHY, "Pass less"),
        pair("START", "EMFILE", "memfd", HEALTHY, "the limit is 1024. "),
        pair(
            "SUPERVISE",
            "EMFILE",
            "timerfd",
            m -> m.file("/proc/self/limits", "Max open files 17 17 files\n"),
            "the limit is 17. Raise it with ulimit -n"),
        pair(
            "OVERLAY",
            "EMFILE",
            "work",
            m -> m.without("/proc/self/limits"),
            "too many files are open. Raise the limit with ulimit -n"),
        pair("OVERLAY", "ENFILE", "work", HEALTHY, "of the machine", "fs.file-max"));
  }

  private static Arguments pair(
      String step, String errno, String object, UnaryOperator<FakeMachine> change, String... said) {
    return Arguments.of(
        SetupStep.valueOf(step), Errno.valueOf(errno), object, change, List.of(said));
  }

  @ParameterizedTest(name = "{index}: {0} {2}: {1}")
  @MethodSource("pairs")
  void aRefusalIsExplainedInOneLine(
      SetupStep step,
      Errno errno,
      String object,
      UnaryOperator<FakeMachine> change,
      List<String> said) {
    Optional<String> cause = explain(step, errno, object, change.apply(FakeMachine.healthy()));

    assertThat(cause).isPresent();
    assertThat(cause.get()).contains(said).doesNotContain("\n");
  }

  @Test
  void aTreeThatCantBeIdMappedIsNamedWithItsFileSystemAndWhatIsMountedBelow() {
    Machine machine =
        FakeMachine.healthy()
            .mount("40 22 0:50 / /data rw - nfs4 server:/x rw")
            .mount("41 40 0:51 / /data/proc rw - proc proc rw");
    LaunchPlan plan =
        new LaunchPlan(
            List.of(
                tree(0, "/data"),
                tree(1, "/data/sub"),
                new HostStep.IdmapMount(0),
                new HostStep.IdmapMount(1),
                new FileStep.PivotRoot(0)),
            new Isolation(List.of()));

    assertThat(idmapFailed(machine, plan, 2))
        .isEqualTo(
            "/data is on nfs4, which can't have owners translated in this kernel, or one of those"
                + " mounted below can't (proc). Use --userns=identity, where ids inside are the ids"
                + " outside, or a tree on ext4, xfs or btrfs.");
    assertThat(idmapFailed(machine, plan, 3))
        .isEqualTo(
            "/data/sub is on nfs4, which can't have owners translated in this kernel. Mount it"
                + " without: -v /data/sub:DIR:noidmap; or use --userns=identity, where ids inside"
                + " are the ids outside.");
  }

  private static HostStep tree(int detached, String path) {
    return new HostStep.HostTree(
        new Step.MountSource(detached, path, true, 0, 0, 0, Step.Expect.DIRECTORY, 0, 0));
  }

  private static String idmapFailed(Machine machine, LaunchPlan plan, int index) {
    return new Causes(machine)
        .explain(new Event.Failed(SetupStep.IDMAP_MOUNT, index, 22, "mount_setattr", ""), plan)
        .orElseThrow()
        .in(OptionDialect.OPTIONS);
  }

  @Test
  void withoutANewUserNamespaceTheRemedyNamesRoot() {
    LaunchPlan plan =
        new LaunchPlan(
            List.of(new HostStep.Namespaces(LinuxConstants.CLONE_NEWNS, List.of())),
            new Isolation(List.of()));

    Optional<String> cause =
        new Causes(FakeMachine.healthy())
            .explain(failed(SetupStep.NAMESPACES, Errno.EPERM, 0, "clone3"), plan)
            .map(text -> text.in(OptionDialect.OPTIONS));

    assertThat(cause).hasValueSatisfying(text -> assertThat(text).contains("--userns=host"));
  }

  @Test
  void aMountNamespaceOfSomebodyElseIsToldFromALockedMount() {
    Event.Failed failed =
        new Event.Failed(SetupStep.HOST_TREE, 0, Errno.EPERM.number(), "/srv", "open_tree");

    Optional<String> cause =
        new Causes(FakeMachine.healthy())
            .explain(failed, new LaunchPlan(STEPS, new Isolation(List.of())))
            .map(text -> text.in(OptionDialect.OPTIONS));

    assertThat(cause).hasValueSatisfying(text -> assertThat(text).contains("unshare --user"));
  }

  @Test
  void nothingIsMadeUpWhereNothingIsKnown() {
    assertThat(explain(SetupStep.UMASK, Errno.EIO, "umask", FakeMachine.healthy())).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(SetupStep.class)
  void whateverFindsNoFreeDescriptorAsksForMore(SetupStep step) {
    assertThat(explain(step, Errno.EMFILE, "memfd_create", FakeMachine.healthy()))
        .hasValueSatisfying(text -> assertThat(text).endsWith("Raise it with ulimit -n."));
  }

  @Test
  void noCombinationOfStepAndErrnoBreaksIt() {
    int known = 0;
    for (SetupStep step : SetupStep.values()) {
      for (Errno errno : Errno.values()) {
        for (String object : List.of("", "/x", "proc", "newuidmap")) {
          known += explain(step, errno, object, new FakeMachine()).isPresent() ? 1 : 0;
        }
      }
    }
    assertThat(known).isGreaterThan(200);
  }

  private static Optional<String> explain(
      SetupStep step, Errno errno, String object, Machine machine) {
    int index = -1;
    for (int i = 0; i < STEPS.size(); i++) {
      if (STEPS.get(i).kind() == step && objectOf(STEPS.get(i)).equals(object)) {
        index = i;
      }
    }
    return new Causes(machine)
        .explain(
            failed(step, errno, index, object), new LaunchPlan(STEPS, new Isolation(List.of())))
        .map(text -> text.in(OptionDialect.OPTIONS));
  }

  private static String objectOf(Step step) {
    return step instanceof FileStep.Filesystem made
        ? made.type()
        : step instanceof HostStep.RunProgram run ? run.program() : "";
  }

  private static Event.Failed failed(SetupStep step, Errno errno, int index, String object) {
    return new Event.Failed(step, index, errno.number(), object, "");
  }
}
