package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Programs that take all they can get. Each is stopped by a limit that the result names, and
 * meanwhile the host's shell answers.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileProgramsTest extends ContainerTest {
  private static final long MIB = 1 << 20;

  /** What the monitor's limit of memory may be overshot by; see docs/limits.md. */
  private static final long OVERSHOOT = 256 * MIB;

  /**
   * How a run ended, what the result says, and how long the host's shell took in the worst case.
   */
  private record Seen(Result result, String record, Duration slowest) {
    long number(String name) {
      Matcher matcher = Pattern.compile("\"" + name + "\":(-?\\d+)").matcher(record);
      assertThat(matcher.find()).as(name + " in " + record).isTrue();
      return Long.parseLong(matcher.group(1));
    }

    /** The program ended early by a limit that the message and the record name. */
    Seen wasStopped(int code, String cause, String text) {
      assertThat(result.code()).as(result.err()).isEqualTo(code);
      assertThat(result.errors()).hasSize(1);
      assertThat(result.errors().get(0)).startsWith("nsrun: hostile: ").contains(text);
      assertThat(record).contains("\"cause\":\"" + cause + "\"");
      assertThat(slowest).as("answer of the host's shell").isLessThan(Duration.ofSeconds(1));
      assertThat(Duration.ofNanos(number("wall_ns"))).isLessThan(Duration.ofSeconds(12));
      return this;
    }
  }

  private static Seen run(Caller caller, List<String> options, String... program)
      throws IOException, InterruptedException {
    Path file = Directories.fresh(caller).resolve("result.json");
    List<String> args = new ArrayList<>(options);
    args.add("--name=hostile");
    args.add("--result=" + file);
    args.add(Tools.mount("hostile"));
    args.add("busybox");
    args.add("/hostile");
    args.addAll(List.of(program));
    Result[] result = new Result[1];
    Thread run = new Thread(() -> result[0] = Nsrun.as(caller).run(args.toArray(String[]::new)));
    run.start();
    long slowest = 0;
    do {
      long begin = System.nanoTime();
      Command.check(List.of("sh", "-c", ":"));
      slowest = Math.max(slowest, System.nanoTime() - begin);
    } while (!join(run));
    return new Seen(result[0], Files.readString(file), Duration.ofNanos(slowest));
  }

  /** Whether it has ended. */
  private static boolean join(Thread thread) throws InterruptedException {
    thread.join(20);
    return !thread.isAlive();
  }

  @ParameterizedTest
  @EnumSource
  void forkBombIsStopped(Caller caller) throws Exception {
    Seen seen = run(caller, List.of("--pids-limit=20"), "bomb");

    seen.wasStopped(143, "processes", "killed by SIGTERM after");
    assertThat(seen.result.errors().get(0)).endsWith(": limit of 20 processes reached");
    assertThat(seen.number("processes")).isEqualTo(20);
  }

  /** TERM does nothing to it: the kernel's limit holds until the KILL. */
  @ParameterizedTest
  @EnumSource
  void forkBombThatIsDeafIsKilled(Caller caller) throws Exception {
    Seen seen = run(caller, List.of("--pids-limit=20", "--stop-timeout=200ms"), "bomb", "deaf");

    seen.wasStopped(137, "processes", "killed by SIGKILL after");
  }

  /** RLIMIT_NPROC does not bind the host's root: nobody waits then for what forks on. */
  @Test
  void forkBombThatTheKernelDoesNotBoundIsKilledAtOnce() throws Exception {
    Seen seen = run(Caller.ROOT, List.of("--userns=identity", "--pids-limit=20"), "bomb", "deaf");

    seen.wasStopped(137, "processes", "killed by SIGKILL after");
    // Less than the grace, which is 10 s.
    assertThat(Duration.ofNanos(seen.number("wall_ns"))).isLessThan(Duration.ofSeconds(5));
  }

  @ParameterizedTest
  @EnumSource
  void memoryHogIsKilled(Caller caller) throws Exception {
    Seen seen = run(caller, List.of("--memory=64m"), "hog");

    seen.wasStopped(137, "memory", ": memory limit of 64 MiB reached (peak ");
    assertThat(seen.result.out()).isEmpty();
    assertThat(seen.number("peak_memory_bytes")).isBetween(64 * MIB, 64 * MIB + OVERSHOOT);
  }

  /** None of them has much: their sum counts. */
  @ParameterizedTest
  @EnumSource
  void memoryOfManyProcessesIsSummedUp(Caller caller) throws Exception {
    Seen seen = run(caller, List.of("--memory=64m"), "herd");

    seen.wasStopped(137, "memory", "memory limit of 64 MiB reached");
    assertThat(seen.number("max_rss_kib")).isLessThan(40 * 1024);
  }

  @ParameterizedTest
  @EnumSource
  void cpuSpinnerIsStopped(Caller caller) throws Exception {
    Seen seen = run(caller, List.of("--cpu-time=500ms"), "spin");

    seen.wasStopped(143, "cpu-time", "CPU time limit of 0.50 s reached");
    assertThat(seen.number("user_us") + seen.number("system_us")).isBetween(450_000L, 2_000_000L);
  }

  /** Written, and given back: only descriptors and mappings lead to it. */
  @ParameterizedTest
  @EnumSource
  void memoryInNoResidentSetCounts(Caller caller) throws Exception {
    run(caller, List.of("--memory=64m"), "hide", "memfd")
        .wasStopped(137, "memory", "memory limit of 64 MiB reached");
    if (caller.isRoot()) {
      run(caller, List.of("--memory=64m"), "hide")
          .wasStopped(137, "memory", "memory limit of 64 MiB reached");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void filesInMemoryCountAlsoEmptyOnes(Caller caller) throws Exception {
    run(caller, List.of("--memory=64m", "--tmpfs=/t:size=1g"), "fill", "/t/file")
        .wasStopped(137, "memory", "memory limit of 64 MiB reached");
    run(caller, List.of("--memory=32m", "--tmpfs=/t"), "litter", "/t")
        .wasStopped(137, "memory", "memory limit of 32 MiB reached");
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void segmentsThatNobodyIsAttachedToAreBounded(Caller caller) throws Exception {
    Seen seen = run(caller, List.of("--memory=64m"), "segments");

    assertThat(seen.result.code()).isEqualTo(28);
    assertThat(seen.result.errors()).containsExactly("shmget: No space left on device");
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void cpuTimeOfProcessesThatEndedCounts(Caller caller) throws Exception {
    run(caller, List.of("--cpu-time=500ms"), "spawn")
        .wasStopped(143, "cpu-time", "CPU time limit of 0.50 s reached");
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void cpuTimeOfProcessesThatNobodyWaitedForCounts(Caller caller) throws Exception {
    run(caller, List.of("--cpu-time=500ms"), "shed")
        .wasStopped(143, "cpu-time", "CPU time limit of 0.50 s reached");
  }

  @ParameterizedTest
  @EnumSource
  void outputFloodIsStoppedAndNothingBeyondTheLimitIsPassedOn(Caller caller) throws Exception {
    Seen seen = run(caller, List.of("--output-limit=1m"), "flood");

    seen.wasStopped(143, "output", "output limit of 1 MiB reached");
    assertThat(seen.result.out()).hasSize((int) MIB);
  }

  @ParameterizedTest
  @EnumSource
  void diskFillerIsKilledByTheKernel(Caller caller) throws Exception {
    Seen seen = run(caller, List.of("--file-size=1m", "--tmpfs=/t"), "fill", "/t/file");

    seen.wasStopped(153, "file-size", "killed by SIGXFSZ after");
    assertThat(seen.result.errors().get(0)).endsWith(": file size limit of 1 MiB reached");
  }

  @ParameterizedTest
  @EnumSource
  void diskFillerFindsAFileSystemInMemoryFull(Caller caller) throws Exception {
    Seen seen = run(caller, List.of("--tmpfs=/t:size=1m"), "fill", "/t/file");

    assertThat(seen.result.code()).isEqualTo(28);
    assertThat(seen.result.err()).isEqualTo("write: No space left on device\n");
  }

  @ParameterizedTest
  @EnumSource
  void sleeperIsStopped(Caller caller) throws Exception {
    run(caller, List.of("--timeout=300ms"), "sleep")
        .wasStopped(143, "timeout", "stopped after the timeout of 0.30 s: killed by SIGTERM");
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void sleeperThatIsDeafIsKilled(Caller caller) throws Exception {
    run(caller, List.of("--timeout=300ms", "--stop-timeout=100ms"), "sleep", "deaf")
        .wasStopped(137, "timeout", "stopped after the timeout of 0.30 s: killed by SIGKILL");
  }
}
