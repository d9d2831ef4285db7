package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits that only the command line has, and what it makes of their words. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LimitWordsTest extends ContainerTest {
  private static final Caller ANY = Caller.PLAIN;

  private static final String CPUS = "grep Cpus_allowed_list /proc/self/status | cut -f2";

  @Test
  void cpusetCpusIsWhereTheCommandRuns() {
    assertThat(sh(ANY, CPUS, "--cpuset-cpus=0").orFail().text()).isEqualTo("0");
  }

  @Test
  void cpusThatTheCallerLacksAreRefused() {
    Nsrun pinned = Nsrun.as(ANY).through("taskset", "-c", "0");

    Refusal.ofInput(
            "nsrun: --cpuset-cpus: CPU 1023 is not the caller's to use (the caller has the CPU 0)")
        .assertIs(pinned.run("--cpuset-cpus=1023", "busybox", "true"));
    Refusal.ofInput("nsrun: --cpus: 2 is more than there are (the caller has the CPU 0)")
        .assertIs(pinned.run("--cpus=1.5", "busybox", "true"));
  }

  @ParameterizedTest
  @EnumSource
  void ioPriorityIsTheCommands(Caller caller) {
    String ours = "ionice -p $$";

    assertThat(sh(caller, ours, "--io-priority=best-effort:6").orFail().text())
        .isEqualTo("best-effort: prio 6");
    assertThat(sh(caller, ours, "--io-priority=idle").orFail().text()).startsWith("idle");
  }

  @Test
  void realtimeIoIsForRootInTheUserNamespaceOfTheHost() {
    Result own = Nsrun.as(Caller.ROOT).run("--io-priority=realtime", "busybox", "true");
    Result shared =
        sh(Caller.ROOT, "ionice -p $$", "--userns=host", "--io-priority=realtime:3").orFail();

    Refusal.ofInput(
            "nsrun: --io-priority: realtime is for those who may keep all others from a disk (it"
                + " needs root of the host, and --userns=host; use best-effort:0)")
        .assertIs(own);
    assertThat(shared.text()).isEqualTo("realtime: prio 3");
  }

  @Test
  void niceBelowTheCallersIsRefused() {
    Result result = Nsrun.as(ANY).through("nice", "-n5").run("--nice=4", "busybox", "true");

    Refusal.ofInput(
            "nsrun: --nice: 4 is more than the caller may ask for, which is 5 (less needs root with"
                + " CAP_SYS_NICE, and --userns=host)")
        .assertIs(result);
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void outputOfATerminalIsLimitedToo(Caller caller) {
    Result result = sh(caller, "yes", "-t", "--name=n", "--output-limit=1k");

    assertThat(result.out().length()).isBetween(1, 1024);
    assertThat(result.err())
        .contains("nsrun: n: killed by SIG")
        .contains("output limit of 1 KiB reached");
  }

  @Test
  void explainTellsEveryLimit() {
    Result result =
        Nsrun.as(ANY)
            .nsrun(
                "explain",
                "-m64m",
                "--pids-limit=20",
                "--cpu-time=5s",
                "--output-limit=1m",
                "--cpuset-cpus=0",
                "--nice=5",
                "--file-size=1m",
                "--nofile=64",
                "busybox",
                "true");

    assertThat(result.orFail().out().replaceAll("\\s+", " "))
        .contains("67108864 bytes", "CPU time 5000 ms", "20 processes")
        .contains("1048576 bytes", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_NPROC")
        .contains("Run only on the CPUs 0", "Set the nice value to 5");
  }

  /** What can't be told apart can't be summed up. */
  @ParameterizedTest
  @ValueSource(strings = {"--memory=64m", "--pids-limit=10", "--cpu-time=1s"})
  void sumsNeedAPidNamespace(String limit) {
    Result result = Nsrun.as(ANY).run("--pid=host", limit, "busybox", "true");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.err())
        .contains("can't tell the container's processes from others: the PID namespace is shared");
  }

  @Test
  void everyBadLimitIsToldAtOnce() {
    Result result =
        Nsrun.as(ANY)
            .run("-m=1", "--pids-limit=1", "--cpus=-1", "--nice=20", "--landlock=x", "busybox");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.errors()).hasSize(5);
  }

  /** The host's own JDK, seen in the container: its heap is sized by the limit. */
  @DependsOnJvm
  @Test
  void jvmIsSizedAfterTheMemory() {
    String java = System.getProperty("java.home") + "/bin/java";

    Result result =
        Nsrun.as(Caller.ROOT)
            .run(
                "--jvm",
                "--memory=256m",
                "--rootfs-host",
                java,
                "-XX:+PrintFlagsFinal",
                "-version");

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).containsPattern("MaxHeapSize +:?= +201326592 ");
    assertThat(result.out()).containsPattern("ExitOnOutOfMemoryError +:?= +true ");
  }

  @DependsOnJvm
  @Test
  void jvmThatNeedsMoreThanItsHeapEndsInsteadOfBeingKilled() throws Exception {
    Path source = Directories.fresh(Caller.ROOT).resolve("Hog.java");
    Files.writeString(
        source,
        """
        public class Hog {
          public static void main(String[] args) {
            java.util.List<byte[]> all = new java.util.ArrayList<>();
            while (all.size() < 1024) {
              all.add(new byte[1 << 20]);
            }
          }
        }
        """);
    Command.check(
        List.of(
            System.getProperty("java.home") + "/bin/javac",
            "-d",
            source.getParent().toString(),
            source.toString()));

    Result result =
        Nsrun.as(Caller.ROOT)
            .run(
                "--jvm",
                "--memory=256m",
                "--rootfs-host",
                "-v",
                source.getParent() + ":/tmp/classes:ro",
                System.getProperty("java.home") + "/bin/java",
                "-XX:+UseSerialGC",
                "-cp",
                "/tmp/classes",
                "Hog");

    assertThat(result.code()).as(result.err()).isEqualTo(3);
    assertThat(result.out() + result.err()).contains("java.lang.OutOfMemoryError");
  }
}
