package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code exec --privileged}: all capabilities, and no power over what keeps the container. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExecPrivilegedTest extends LastingTest {
  private static final String NODE = "unix:mode,uid,gid,lastModifiedTime,lastAccessTime";
  private static final int ROUNDS = 10;
  private static final String LEFT_OUT =
      "nsrun: warning: --privileged leaves out CAP_SYS_ADMIN, without which c was started: it would"
          + " undo its mounts";

  private Lasting all;

  /** A container called c that does nothing. */
  private void start(Caller caller, String... options) {
    all = lasting(caller);
    List<String> args = new ArrayList<>(List.of("run", "-d", "--name=c"));
    args.addAll(List.of(options));
    args.addAll(List.of("busybox", "sleep", "1000"));
    all.nsrun(args.toArray(String[]::new));
  }

  private Result exec(String... command) {
    List<String> args = new ArrayList<>(List.of("exec", "--privileged"));
    args.addAll(List.of(command));
    return all.nsrun().nsrun(args.toArray(String[]::new));
  }

  @ParameterizedTest
  @EnumSource(Caller.class)
  void itHasAllCapabilitiesThatUndoNothing(Caller caller) {
    start(caller);

    Result result =
        exec(
            "c",
            "sh",
            "-c",
            "grep -E '^(Cap|NoNew|Seccomp:)' /proc/self/status; ip link set lo down && echo down");

    assertThat(result.lines())
        .containsExactly(
            "CapInh:\t0000000000000000",
            "CapPrm:\t000001ffffdfffff",
            "CapEff:\t000001ffffdfffff",
            "CapBnd:\t000001ffffdfffff",
            "CapAmb:\t0000000000000000",
            "NoNewPrivs:\t1",
            "Seccomp:\t2",
            "down");
    assertThat(result.errors()).containsExactly(LEFT_OUT);
    assertThat(exec("-u", "0", "-d", "c", "true").code()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Caller.class)
  void whereTheContainerMayMountItHasAll(Caller caller) {
    start(caller, "--cap-drop=ALL", "--cap-add=SYS_ADMIN");

    Result result =
        exec("c", "sh", "-c", "grep CapEff /proc/self/status; mount -t tmpfs x /mnt && echo done")
            .orFail();

    assertThat(result.lines()).containsExactly("CapEff:\t000001ffffffffff", "done");
  }

  /** As docker exec has it: what root does not use, nobody has. */
  @Test
  void anotherUserHasNone() {
    start(Caller.ROOT);

    assertThat(exec("-u", "7", "c", "grep", "-E", "Cap(Eff|Prm)", "/proc/self/status").lines())
        .containsExactly("CapPrm:\t0000000000000000", "CapEff:\t0000000000000000");
  }

  /** The verdict is the state of the host, see {@link LockedMountsTest}. */
  @ParameterizedTest
  @CsvSource({
    "ROOT, --cap-add=NET_ADMIN",
    "ROOT, --security-opt=seccomp=unconfined",
    "ROOT, --cap-add=SYS_ADMIN",
    "ROOT, --privileged",
    "RANGED, --security-opt=seccomp=unconfined",
    "RANGED, --privileged",
    "PLAIN, --security-opt=seccomp=unconfined",
    "PLAIN, --cap-add=SYS_ADMIN",
    "PLAIN, --privileged"
  })
  void nothingThatIsMountedCanBeUndone(Caller caller, String option) throws IOException {
    Map<String, Object> before = Files.readAttributes(Path.of("/dev/null"), NODE);
    try (LockedMountsTest.Exposed exposed = LockedMountsTest.Exposed.to(caller)) {
      start(caller, exposed.options(option));

      Result result = exec("c", "/mounter");

      assertThat(result.lines()).hasSizeGreaterThan(50).noneMatch(line -> line.endsWith(": done"));
      assertThat(exposed.content()).isEqualTo("of the disk");
      assertThat(exposed.base().resolve("ro")).isEmptyDirectory();
      all.removeAll();
    }
    assertThat(Files.readAttributes(Path.of("/dev/null"), NODE)).isEqualTo(before);
  }

  /** Nor does it see anything of nsrun's own processes, though it may trace all others. */
  @ParameterizedTest
  @EnumSource(Caller.class)
  void nothingOfNsrunIsInReach(Caller caller) {
    start(caller, "--security-opt=seccomp=unconfined");
    Process other = all.start("exec", "-i", "c", "sh", "-c", "echo ready; read x");
    Lasting.line(other, "ready");

    String seen =
        exec(
                "c",
                "sh",
                "-c",
                "for p in /proc/[0-9]*; do read name <$p/comm; echo $name $(ls $p/fd 2>/dev/null | wc -l)"
                    + " $(readlink $p/exe $p/cwd $p/root) $(head -c 1 $p/environ 2>/dev/null | wc -c);"
                    + " done | sort -u")
            .out();

    assertThat(seen).contains("nsinit 0 0\n", "sleep 3 ").doesNotContain("memfd:");
    assertThat(seen.lines().filter(line -> line.startsWith("nsinit")))
        .containsExactly("nsinit 0 0");
    Lasting.type(other, "x\n");
    assertThat(Lasting.code(other)).isZero();
  }

  /** One that looks at each process that comes, and may trace it, be it in the container or not. */
  @ParameterizedTest
  @CsvSource({
    "ROOT, --security-opt=seccomp=unconfined",
    "ROOT, --privileged",
    "PLAIN, --security-opt=seccomp=unconfined",
    "PLAIN, --privileged"
  })
  void whoEntersBringsOneThatMayTraceNothing(Caller caller, String option) {
    start(caller, option, Tools.mount("lurker"));
    Process lurker = all.start("exec", "-i", "--privileged", "c", "/lurker");
    Lasting.line(lurker, "ready");

    for (int i = 0; i < ROUNDS; i++) {
      all.nsrun("exec", "c", "true");
      all.nsrun("exec", "-d", "c", "true");
      exec("c", "true").code();
    }

    Lasting.endOfInput(lurker);
    List<String> seen = Lasting.text(lurker).lines().toList();
    assertThat(seen).hasSize(1);
    assertThat(seen.get(0)).startsWith("highest process ");
    assertThat(lurker.onExit().join().exitValue()).isZero();
  }

  @Test
  void fencesOfLandlockAndLimitsStay() {
    start(ANY, "--landlock=rx:/", "--landlock=rw:/tmp", "--ulimit=nofile=99:99");

    Result result = exec("c", "sh", "-c", "echo >/tmp/a && echo allowed; ulimit -n; echo >/b");

    assertThat(result.lines()).containsExactly("allowed", "99");
    assertThat(String.join("\n", result.errors())).contains("can't create /b: Permission denied");
  }

  @Test
  void withoutAUserNamespaceOfItsOwnItIsRefused() {
    start(Caller.ROOT, "--userns=host");

    Result result = exec("c", "true");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.errors())
        .containsExactly(
            "nsrun: container c has no user namespace of its own",
            "  all capabilities would be more than the container's: start one without --userns");
  }
}
