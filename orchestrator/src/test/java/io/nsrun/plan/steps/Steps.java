package io.nsrun.plan.steps;

import io.nsrun.spec.Blob;
import io.nsrun.spec.IdMapping;
import io.nsrun.spec.IoPriority;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Samples of steps for tests. */
public final class Steps {
  private Steps() {}

  /** A valid plan that has every step once, with a different number wherever numbers can differ. */
  public static List<Step> oneOfEach() {
    return List.of(
        new HostStep.Options(3),
        new HostStep.Terminal(24, 80),
        new HostStep.Timeout(90_000, 15, 10_000),
        new HostStep.HostTree(
            new Step.MountSource(1, "/host", true, 0x5, 0x8, 0x80000, Step.Expect.DIRECTORY, 0, 0)),
        new HostStep.Output(1L << 34, false),
        new HostStep.Listener("/run/agent.sock", List.of("{\"pid\":", ",\"state\":", "}")),
        new HostStep.Lock("/run/locks", 1L << 35, true),
        new HostStep.Detach("/state/containers/c", true, 1L << 36, 3),
        new HostStep.Restart(true, 3, 100, 60_000, 10_000),
        new HostStep.Namespaces(
            0x5e020000L, 1879048192L, 64, List.of(new Step.Joined(0x40000000L, "/proc/42/ns/net"))),
        new HostStep.UidMap(List.of(new IdMapping(0, 1000, 1), new IdMapping(1, 100000, 65536))),
        new HostStep.GidMap(true, List.of(new IdMapping(0, 1001, 1))),
        new HostStep.RunProgram(
            new ProgramUse.MapIds(true, List.of(new IdMapping(2, 102, 3))),
            "/usr/bin/program",
            List.of(
                Step.Argument.of("named"),
                new Step.Argument("--pid=", true, "/ns"),
                Step.Argument.PID),
            List.of("PATH=/sbin", "EMPTY="),
            30_000,
            Blob.copyOf("input".getBytes(StandardCharsets.US_ASCII))),
        new HostStep.IdmapMount(1),
        new InitStep.SetupIds(7, 8),
        new InitStep.NestedNamespaces(
            0x30000000L,
            List.of(new IdMapping(0, 0, 1), new IdMapping(1, 1, 65536)),
            List.of(new IdMapping(0, 0, 2))),
        new FileStep.Propagation(0x44000),
        new FileStep.Bind(
            new Step.MountSource(
                2, "/dev/null", false, 0xa, 0, 0x40000, Step.Expect.CHARACTER_DEVICE, 1, 3)),
        new FileStep.Filesystem(
            3,
            "tmpfs",
            "shm",
            0xe,
            List.of(new Step.Parameter("mode", "1777"), new Step.Parameter("noswap", ""))),
        new FileStep.Overlay(4, 1, FileStep.Overlay.TMPFS, 1L << 33),
        new FileStep.PivotRoot(4),
        new FileStep.Mount(2, "/dev/null", 6),
        new FileStep.Mkdir("/srv/work", 0755),
        new FileStep.Symlink("pts/ptmx", "/dev/ptmx"),
        new FileStep.Mknod("/dev/zero", 020666, 1, 5),
        new FileStep.MountAttributes("/", false, 1, 2),
        new FileStep.ReadonlyPath("/proc/sys"),
        new FileStep.MaskPath("/proc/kcore"),
        new InitStep.Hostname("box"),
        new InitStep.Domainname("example"),
        new InitStep.Loopback(),
        new InitStep.Sysctl("net/ipv4/ip_forward", "1", true),
        new InitStep.Console("/dev/console"),
        new FileStep.Inject(5, 0640, 9, 10, Blob.copyOf("key".getBytes(StandardCharsets.US_ASCII))),
        new InitStep.Watch(1L << 31, 90_000, 99, 50),
        new InitStep.Unpack(100_000, true, false),
        new InitStep.Remove("/tree"),
        new InitStep.Pack("/srv", false, true, false),
        new CommandStep.Session(),
        new CommandStep.Keyring(true),
        new CommandStep.Rlimit(7, 1024, -1),
        new CommandStep.Umask(027),
        new CommandStep.BoundingSet(0xa80425fbL),
        new CommandStep.User(1000, 1001, true, List.of(27L, 4294967294L)),
        new CommandStep.Capabilities(1L << 40, 1L << 39, 1L << 38, 1L << 37),
        new CommandStep.NoNewPrivs(),
        new CommandStep.Workdir("/srv/w\u00f6rk"),
        new CommandStep.Seccomp(10, Blob.copyOf(new byte[] {6, 0, 0, 0, 0, 0, (byte) 0xff, 0x7f})),
        new CommandStep.Affinity(Blob.copyOf(new byte[] {5, 1})),
        new CommandStep.Nice(-5),
        new CommandStep.Landlock(
            0x1fff, 3, 1, List.of(new Step.PathRule("/", 0xc), new Step.PathRule("/tmp", 0x1fff))),
        new CommandStep.IoPriority(IoPriority.parse("best-effort:6")),
        new CommandStep.Exec(
            true,
            List.of("true", ""),
            List.of("PATH=/bin", "EMPTY="),
            List.of("/bin/true", "/usr/bin/true")));
  }
}
