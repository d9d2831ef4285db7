package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Commands in a container that lives on, which live on too ({@code exec -d}). */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExecDetachedTest extends LastingTest {
  private Lasting all;
  private Path pidFile;

  /** A container called c that does nothing. */
  private void start(Caller caller, String... options) {
    all = lasting(caller);
    pidFile = Directories.fresh(caller).resolve("pid");
    List<String> args = new ArrayList<>(List.of("run", "-d", "--name=c"));
    args.addAll(List.of(options));
    args.addAll(List.of("busybox", "sleep", "1000"));
    all.nsrun(args.toArray(String[]::new));
  }

  private Proc detach(String... words) {
    List<String> args = new ArrayList<>(List.of("exec", "-d", "--pid-file=" + pidFile));
    args.addAll(List.of(words));
    assertThat(all.nsrun(args.toArray(String[]::new)).out()).isEmpty();
    try {
      return new Proc(Long.parseLong(Files.readString(pidFile)));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Proc parent(Proc process) {
    return new Proc(Long.parseLong(process.stat(4)));
  }

  private String inside(String script) {
    return all.nsrun("exec", "c", "sh", "-c", script).out();
  }

  private void awaitInside(String script, String wanted) {
    Await.until(wanted, () -> inside(script).equals(wanted));
  }

  private boolean isSeen(String command) {
    return all.nsrun("top", "c").lines().stream().anyMatch(line -> line.endsWith("  " + command));
  }

  @DependsOnJvm
  @ParameterizedTest
  @EnumSource(Caller.class)
  void itGoesOnWithoutItsCallerAndEndsWithTheContainer(Caller caller) {
    start(caller);

    // Its caller's streams end, though the command does not.
    Process exec =
        all.start("exec", "-d", "c", "sh", "-c", "echo out; echo err >&2; exec sleep 999");
    assertThat(Lasting.text(exec)).isEmpty();
    assertThat(exec.onExit().join().exitValue()).isZero();

    Await.until("it is seen", () -> isSeen("sleep 999"));
    assertThat(all.nsrun("stats", "--no-stream", "c").lines().get(1)).contains("  3 / -");
    all.nsrun("stop", "-t0", "c");
    // That nothing of it is left the end of each test sees.
  }

  @DependsOnJvm
  @ParameterizedTest
  @EnumSource(Caller.class)
  void nothingOfTheHostComesAlong(Caller caller) throws IOException {
    start(caller);

    Proc command = detach("c", "sleep", "999");

    assertThat(command.descriptors().values())
        .containsExactly("/dev/null", "/dev/null", "/dev/null");
    assertThat(Files.isSameFile(command.root("/dev/null"), command.directory().resolve("fd/1")))
        .isTrue();
    // Nor does its monitor keep what is its caller's.
    Proc monitor = parent(command);
    assertThat(monitor.name()).isEqualTo("nsinit");
    assertThat(monitor.descriptors().values())
        .doesNotContain("/")
        .allMatch(
            fd -> fd.equals("/dev/null") || fd.startsWith("anon_inode:") || fd.equals("/proc"));
    assertThat(monitor.stat(6)).isEqualTo(Long.toString(monitor.pid()));
    assertThat(Files.readSymbolicLink(monitor.directory().resolve("cwd"))).isEqualTo(Path.of("/"));
    assertThat(
            inside(
                "for p in 1 2 3 4 5; do ls -l /proc/$p/fd /proc/$p/exe; done 2>/dev/null | grep -c"
                    + " memfd:; true"))
        .isEqualTo("0\n");
  }

  @ParameterizedTest
  @EnumSource(Caller.class)
  void itHasTheRightsOfTheContainer(Caller caller) {
    start(caller, "--cap-drop=CHOWN", "--ulimit=nofile=99");
    String look =
        "cat /proc/self/uid_map; grep -E '^(Cap|NoNew|Seccomp:)' /proc/self/status; pwd; id; umask;"
            + " ulimit -n; env";

    detach("-w", "/tmp", "-e", "A=b", "c", "sh", "-c", "{ " + look + "; } >/seen; exec sleep 999");

    String seen = all.nsrun("exec", "-w", "/tmp", "-e", "A=b", "c", "sh", "-c", look).out();
    awaitInside("cat /seen", seen);
    assertThat(seen)
        .contains("\nCapInh:\t0000000000000000\n", "\nCapEff:\t00000000a80425fa\n")
        .contains("\nNoNewPrivs:\t1\nSeccomp:\t2\n", "\n/tmp\n", "\n99\n", "A=b\n");
  }

  @DependsOnJvm
  @Test
  void whatCanNotBeExecutedIsToldInALine() {
    start(ANY);

    Result missing = all.failing("exec", "-d", "c", "nosuch");
    assertThat(missing.code()).isEqualTo(127);
    assertThat(missing.errors().get(0))
        .isEqualTo("nsrun: c: exec nosuch: ENOENT (in none of the directories of PATH)");
    assertThat(all.failing("exec", "-d", "c", "/etc").code()).isEqualTo(126);
    assertThat(all.failing("exec", "-d", "-w", "/nosuch", "c", "true").code()).isEqualTo(125);
    assertThat(all.failing("exec", "-d", "-u", "nobody-here", "c", "true").errors().get(0))
        .contains("no user 'nobody-here'");
    all.nsrun("stop", "-t0", "c");
    assertThat(all.failing("exec", "-d", "c", "true").errors())
        .containsExactly("nsrun: container c does not run");
  }

  @Test
  void whatItLeavesRunningIsTheContainers() {
    start(ANY);

    Proc command = detach("c", "sh", "-c", "sleep 998 & read x </dev/null; exit 3");

    Await.until("it has ended, and nobody waits for it", () -> !command.isThere());
    assertThat(isSeen("sleep 998")).isTrue();
    assertThat(inside("ps -o ppid,args | grep 'sleep 99[8]'").strip()).isEqualTo("1 sleep 998");
  }

  /** Of one whose PID 1 is a command that waits for nobody, too. */
  @Test
  void nothingIsLeftOfOneThatHasEnded() {
    start(ANY, "--init=false");

    Proc command = detach("c", "true");

    Await.until("somebody has waited for it", () -> !command.isThere());
  }

  @ParameterizedTest
  @EnumSource(Caller.class)
  void aTerminalIsThereIfAskedForAndNobodyHoldsItUp(Caller caller) {
    start(caller);

    Proc command =
        detach(
            "-t", "c", "sh", "-c", "tty >/t; yes | head -c 300000; echo end >>/t; exec sleep 999");

    awaitInside("cat /t", "/dev/pts/0\nend\n");
    assertThat(command.descriptors().values())
        .containsExactly("/dev/pts/0", "/dev/pts/0", "/dev/pts/0");
  }

  /** As docker exec has it. */
  @Test
  void itReadsNothingEvenIfThatIsAskedFor() {
    start(ANY);

    all.nsrun().input("in\n").nsrun("exec", "-d", "-i", "c", "sh", "-c", "cat >/r; echo end >>/r");

    awaitInside("cat /r", "end\n");
  }

  @DependsOnJvm
  @Test
  void withItsMonitorItDiesAndTheContainerGoesOn() {
    start(ANY);
    Proc command = detach("c", "sleep", "999");

    Command.check(List.of("kill", "-9", Long.toString(parent(command).pid())));

    Await.until("it is gone", command::isGone);
    assertThat(inside("echo on")).isEqualTo("on\n");
  }

  /** As of a service manager, or of a machine that is shut down. */
  @Test
  void aSignalToItsMonitorIsForIt() {
    start(ANY);
    Proc command =
        detach(
            "c",
            "sh",
            "-c",
            "trap 'echo bye >/b; exit' TERM; echo up >/b; while :; do sleep 0.1; done");
    awaitInside("cat /b", "up\n");

    Command.check(List.of("kill", Long.toString(parent(command).pid())));

    Await.until("it is gone", command::isGone);
    assertThat(inside("cat /b")).isEqualTo("bye\n");
  }

  @DependsOnJvm
  @Test
  void manyAtOnceDoNotDisturbEachOther() {
    start(ANY);
    List<Process> started = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      started.add(all.start("exec", "-d", "c", "sleep", Integer.toString(900 + i)));
    }

    started.forEach(one -> assertThat(Lasting.code(one)).isZero());
    for (int i = 0; i < 12; i++) {
      assertThat(isSeen("sleep " + (900 + i))).isTrue();
    }
  }

  @Test
  void whatItTakesCountsForTheContainer() {
    start(ANY, "--memory=64m");

    detach("c", "dd", "if=/dev/zero", "of=/dev/null", "bs=200M", "count=1000000");

    assertThat(all.nsrun("wait", "c").text()).isEqualTo("137");
    assertThat(all.nsrun("inspect", "c").out()).contains("\"limit\" : \"memory\"");
  }
}
