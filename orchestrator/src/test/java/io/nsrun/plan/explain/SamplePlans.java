package io.nsrun.plan.explain;

import io.nsrun.plan.steps.CommandStep;
import io.nsrun.plan.steps.FileStep;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.InitStep;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.LinuxConstants;
import io.nsrun.plan.steps.ProgramUse;
import io.nsrun.plan.steps.Step;
import io.nsrun.plan.steps.SysctlKeys;
import io.nsrun.spec.Blob;
import io.nsrun.spec.CapabilitySet;
import io.nsrun.spec.IdMapping;
import io.nsrun.spec.IoPriority;
import io.nsrun.spec.ProcessSpec;
import io.nsrun.spec.Root;
import io.nsrun.spec.Spec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Plans to print: a usual one, and one with every kind of step. */
final class SamplePlans {
  private static final long ALL_BUT_TIME =
      LinuxConstants.CLONE_NEWUSER
          | LinuxConstants.CLONE_NEWNS
          | LinuxConstants.CLONE_NEWPID
          | LinuxConstants.CLONE_NEWIPC
          | LinuxConstants.CLONE_NEWUTS
          | LinuxConstants.CLONE_NEWNET
          | LinuxConstants.CLONE_NEWCGROUP;
  private static final long NOSUID_NODEV_NOEXEC =
      LinuxConstants.MOUNT_ATTR_NOSUID
          | LinuxConstants.MOUNT_ATTR_NODEV
          | LinuxConstants.MOUNT_ATTR_NOEXEC;
  private static final List<IdMapping> MAP =
      List.of(new IdMapping(0, 1000, 1), new IdMapping(1, 100000, 65536));
  private static final long CAPS = CapabilitySet.DEFAULT.bits();

  private SamplePlans() {}

  static Spec spec() {
    return Spec.builder()
        .name("web1")
        .root(Root.directory("/srv/rootfs"))
        .process(ProcessSpec.of(List.of("sh", "-c", "echo hello"), Map.of("PATH", "/bin")))
        .build();
  }

  /** An ordinary user with a range of ids, without a terminal. */
  static LaunchPlan usual() {
    return new LaunchPlan(
        List.of(
            new HostStep.Namespaces(ALL_BUT_TIME, List.of()),
            new ProgramUse.MapIds(true, MAP).by("/usr/bin/newuidmap"),
            new ProgramUse.MapIds(false, MAP).by("/usr/bin/newgidmap"),
            new InitStep.SetupIds(0, 0),
            new FileStep.Propagation(LinuxConstants.MS_REC | LinuxConstants.MS_PRIVATE),
            new FileStep.Bind(directory(0, "/srv/rootfs", LinuxConstants.MOUNT_ATTR_NODEV)),
            new FileStep.Filesystem(1, "proc", "proc", NOSUID_NODEV_NOEXEC, List.of()),
            new FileStep.Filesystem(
                2,
                "tmpfs",
                "tmpfs",
                LinuxConstants.MOUNT_ATTR_NOSUID,
                List.of(new Step.Parameter("mode", "755"), new Step.Parameter("size", "64k"))),
            new FileStep.Bind(device(3, "/dev/null", 1, 3)),
            new FileStep.Bind(device(4, "/dev/zero", 1, 5)),
            new FileStep.PivotRoot(0),
            new FileStep.Mount(
                1, "/proc", Step.MountFlags.CREATE_DIRECTORY | Step.MountFlags.NO_SYMLINKS),
            new FileStep.Mount(2, "/dev", Step.MountFlags.CREATE_DIRECTORY),
            new FileStep.Mount(3, "/dev/null", Step.MountFlags.CREATE_FILE),
            new FileStep.Mount(4, "/dev/zero", Step.MountFlags.CREATE_FILE),
            new FileStep.Symlink("/proc/self/fd", "/dev/fd"),
            new InitStep.Sysctl(SysctlKeys.PING_GROUPS, "0 65536", false),
            new InitStep.Sysctl(SysctlKeys.FIRST_FREE_PORT, "0", false),
            new FileStep.ReadonlyPath("/proc/sys"),
            new FileStep.MaskPath("/proc/kcore"),
            new FileStep.MaskPath("/proc/keys"),
            new InitStep.Hostname("qwertyuiop"),
            new InitStep.Loopback(),
            new CommandStep.Session(),
            new CommandStep.Keyring(false),
            new CommandStep.Umask(022),
            new CommandStep.BoundingSet(CAPS),
            new CommandStep.User(0, 0, true, List.of()),
            new CommandStep.Capabilities(CAPS, CAPS, 0, 0),
            new CommandStep.NoNewPrivs(),
            new CommandStep.Workdir("/"),
            new CommandStep.Exec(
                true,
                List.of("sh", "-c", "echo hello"),
                List.of("PATH=/usr/bin:/bin", "HOME=/root"),
                List.of("/usr/bin/sh", "/bin/sh"))),
        new Isolation(
            List.of(
                full(Isolation.Aspect.USER_NAMESPACE, "private"),
                full(Isolation.Aspect.IDS, "65537 ids"),
                full(Isolation.Aspect.NETWORK_NAMESPACE, "private, loopback only"),
                full(Isolation.Aspect.NO_NEW_PRIVS, "on"))));
  }

  /** Every kind of step, with the values that the usual plan leaves out. */
  static LaunchPlan everything() {
    return new LaunchPlan(
        List.of(
            new HostStep.Options(Step.OptionFlags.TRACE | Step.OptionFlags.NULL_STDIN),
            new HostStep.Terminal(24, 80),
            new HostStep.Timeout(1500, 15, 10_000),
            new HostStep.HostTree(directory(0, "/srv/my rootfs", 0)),
            new HostStep.HostTree(
                new Step.MountSource(
                    1,
                    "/home/ann/data",
                    true,
                    LinuxConstants.MOUNT_ATTR_RDONLY | LinuxConstants.MOUNT_ATTR_NOSUID,
                    LinuxConstants.MOUNT_ATTR_NOEXEC,
                    LinuxConstants.MS_SLAVE,
                    Step.Expect.ANY,
                    0,
                    0)),
            new HostStep.Output(1 << 20, true),
            new HostStep.Listener("/run/agent.sock", List.of("{\"pid\":", "}")),
            new HostStep.Lock("/run/locks", 65_536),
            new HostStep.Detach("/state/containers/c", true, 1 << 20, 3),
            new HostStep.Restart(false, 3, 100, 60_000, 10_000),
            new HostStep.Namespaces(
                LinuxConstants.CLONE_NEWNS | LinuxConstants.CLONE_NEWTIME | 1L << 40,
                1_879_048_192L,
                64,
                List.of(new Step.Joined(LinuxConstants.CLONE_NEWNET, "/proc/42/ns/net"))),
            new HostStep.UidMap(List.of(new IdMapping(0, 1000, 1))),
            new HostStep.GidMap(true, List.of(new IdMapping(0, 1000, 1))),
            new HostStep.RunProgram(
                new ProgramUse.MapIds(true, MAP),
                "/usr/bin/program",
                List.of(Step.Argument.of("named"), new Step.Argument("--pid=", true, "/ns")),
                List.of("PATH=/sbin"),
                30_000,
                Blob.copyOf("input".getBytes(StandardCharsets.US_ASCII))),
            new HostStep.IdmapMount(1),
            new InitStep.SetupIds(0, 0),
            new InitStep.NestedNamespaces(
                LinuxConstants.CLONE_NEWUSER | LinuxConstants.CLONE_NEWUTS,
                List.of(new IdMapping(0, 0, 1)),
                List.of(new IdMapping(0, 0, 1))),
            new FileStep.Propagation(LinuxConstants.MS_REC | LinuxConstants.MS_SLAVE),
            new FileStep.Bind(directory(2, "/proc", 0)),
            new FileStep.Filesystem(3, "sysfs", "sysfs", NOSUID_NODEV_NOEXEC | 1, List.of()),
            new FileStep.Filesystem(
                4,
                "devpts",
                "devpts",
                LinuxConstants.MOUNT_ATTR_NOSUID | LinuxConstants.MOUNT_ATTR_NOEXEC,
                List.of(
                    new Step.Parameter("newinstance", ""), new Step.Parameter("ptmxmode", "0666"))),
            new FileStep.Filesystem(5, "mqueue", "mqueue", NOSUID_NODEV_NOEXEC, List.of()),
            new FileStep.Overlay(6, 0, FileStep.Overlay.TMPFS, 1 << 20),
            new FileStep.Overlay(7, 6, 2, 0),
            new FileStep.Inject(
                8, 0400, 0, 0, Blob.copyOf("secret".getBytes(StandardCharsets.US_ASCII))),
            new InitStep.Watch(256 << 20, 30_000, 100, 50),
            new FileStep.PivotRoot(7),
            new FileStep.Mount(8, "/run/secret", Step.MountFlags.CREATE_FILE),
            new FileStep.Mount(3, "/sys", 0),
            new FileStep.Mkdir("/work", 0755),
            new FileStep.Symlink("pts/ptmx", "/dev/ptmx"),
            new FileStep.Mknod("/dev/null", LinuxConstants.S_IFCHR | 0666, 1, 3),
            new FileStep.MountAttributes("/", false, LinuxConstants.MOUNT_ATTR_RDONLY, 0),
            new FileStep.ReadonlyPath("/proc/bus"),
            new FileStep.MaskPath("/proc/acpi"),
            new InitStep.Hostname("web1"),
            new InitStep.Domainname("example"),
            new InitStep.Loopback(),
            new InitStep.Sysctl("net/ipv4/ip_forward", "1", true),
            new InitStep.Console("/dev/console"),
            new InitStep.Unpack(100_000, false, false),
            new InitStep.Remove("/tree"),
            new InitStep.Pack("/srv", true, true, false),
            new CommandStep.Session(),
            new CommandStep.Keyring(true),
            new CommandStep.Rlimit(7, 1024, -1),
            new CommandStep.Umask(077),
            new CommandStep.BoundingSet(0),
            new CommandStep.User(1000, 1000, true, List.of(5L, 27L)),
            new CommandStep.Capabilities(0, 1, 2, 4),
            new CommandStep.NoNewPrivs(),
            new CommandStep.Workdir("/work"),
            new CommandStep.Seccomp(
                8, Blob.copyOf(new byte[] {6, 0, 0, 0, 0, 0, (byte) 0xff, 0x7f})),
            new CommandStep.Affinity(Blob.copyOf(new byte[] {0x17})),
            new CommandStep.Nice(10),
            new CommandStep.Landlock(
                0xffff,
                0,
                0,
                List.of(new Step.PathRule("/", 0xd), new Step.PathRule("/tmp", 0xffff))),
            new CommandStep.IoPriority(IoPriority.parse("best-effort:7")),
            new CommandStep.Exec(
                false, List.of("/bin/sh", "-c", "it's \"me\"\n"), List.of(), List.of("/bin/sh"))),
        new Isolation(
            List.of(
                full(Isolation.Aspect.USER_NAMESPACE, "private"),
                new Isolation.Property(
                    Isolation.Aspect.IDS, false, "1 id", "ann has no range in /etc/subuid"),
                new Isolation.Property(
                    Isolation.Aspect.NETWORK_NAMESPACE,
                    false,
                    "of /proc/42/ns/net",
                    "--network=ns:/proc/42/ns/net asks for it"))));
  }

  private static Step.MountSource directory(int detached, String path, long attrs) {
    return new Step.MountSource(
        detached, path, true, attrs, 0, LinuxConstants.MS_PRIVATE, Step.Expect.DIRECTORY, 0, 0);
  }

  private static Step.MountSource device(int detached, String path, long major, long minor) {
    return new Step.MountSource(
        detached, path, false, 0, 0, 0, Step.Expect.CHARACTER_DEVICE, major, minor);
  }

  private static Isolation.Property full(Isolation.Aspect aspect, String value) {
    return new Isolation.Property(aspect, true, value, "");
  }
}
