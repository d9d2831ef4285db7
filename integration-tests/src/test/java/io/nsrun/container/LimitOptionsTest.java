package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a container may use, one option after the other. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LimitOptionsTest extends ContainerTest {
  private static final Caller ANY = Caller.PLAIN;

  private static final String CPUS = "grep Cpus_allowed_list /proc/self/status | cut -f2";

  @Test
  void cpusetCpusIsWhereTheCommandRuns() {
    assertThat(sh(ANY, CPUS, "--cpuset-cpus=0").orFail().text()).isEqualTo("0");
  }

  @ParameterizedTest
  @EnumSource
  void cpusIsANumberOfTheCallersCpus(Caller caller) {
    Set<String> seen = new TreeSet<>();
    for (int i = 0; i < 12; i++) {
      String cpu = sh(caller, CPUS, "--cpus=0.5").orFail().text();
      assertThat(cpu).matches("\\d+");
      seen.add(cpu);
    }
    if (Runtime.getRuntime().availableProcessors() > 1) {
      assertThat(seen).as("CPUs chosen").hasSizeGreaterThan(1);
    }
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
  void niceIsTheCommands(Caller caller) {
    String nice = sh(caller, "cut -d' ' -f19 /proc/self/stat", "--nice=7").orFail().text();

    assertThat(nice).isEqualTo("7");
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

  @Test
  void nofileIsTheNumberOfOpenFiles() {
    assertThat(sh(ANY, "ulimit -Sn; ulimit -Hn", "--nofile=64").orFail().lines())
        .containsExactly("64", "64");
  }

  @ParameterizedTest
  @EnumSource
  void fileSizeHoldsForEveryFile(Caller caller) {
    Result result =
        sh(
            caller,
            "dd if=/dev/zero of=/tmp/f bs=1k count=64; code=$?; wc -c </tmp/f; exit $code",
            "--name=n",
            "--file-size=16k");

    assertThat(result.code()).isEqualTo(153);
    assertThat(result.text()).isEqualTo("16384");
    assertThat(result.err())
        .contains("nsrun: n: exited with code 153 after ")
        .contains("file size limit of 16 KiB reached");
  }

  /** What fits is not disturbed. */
  @ParameterizedTest
  @EnumSource
  void limitsThatAreNotReachedChangeNothing(Caller caller) {
    Result result =
        sh(
            caller,
            "cat; echo err >&2; exit 3",
            "-m",
            "256m",
            "--pids-limit=50",
            "--cpu-time=20s",
            "--output-limit=1m",
            "--file-size=1m",
            "--nofile=100",
            "--cpus=1",
            "--timeout=1h");

    assertThat(result.code()).isEqualTo(3);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).isEqualTo("err\n");
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

  /** Each is one process after the other: never more than three at once. */
  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void processesThatHaveEndedDoNotCount(Caller caller) {
    Result result =
        sh(caller, "i=0; while [ $i -lt 50 ]; do true | true; i=$((i+1)); done", "--pids-limit=4");

    assertThat(result.orFail().code()).isZero();
  }

  @Test
  void cpuTimeOfOneProcessByUlimitIsNamedToo() {
    Result result =
        Nsrun.as(ANY)
            .run(
                "--name=n",
                "--ulimit=cpu=1:20",
                Tools.mount("hostile"),
                "busybox",
                "/hostile",
                "spin");

    assertThat(result.code()).isEqualTo(152);
    assertThat(result.err())
        .startsWith("nsrun: n: killed by SIGXCPU")
        .contains(": CPU time limit of 1 s for one process reached");
  }

  /** As the kernel has them, by the host's look: a number given to another one would show. */
  @ParameterizedTest
  @EnumSource
  void ulimitHasEveryLimitOfTheKernel(Caller caller) {
    Map<String, String> names = new LinkedHashMap<>();
    names.put("as=1000000000:1000000001", "Max address space");
    names.put("core=1001:1002", "Max core file size");
    names.put("cpu=1003:1004", "Max cpu time");
    names.put("data=1000000005:1000000006", "Max data size");
    names.put("fsize=1007:1008", "Max file size");
    names.put("locks=1009:1010", "Max file locks");
    names.put("memlock=4096:8192", "Max locked memory");
    names.put("msgqueue=1011:1012", "Max msgqueue size");
    names.put("nice=0", "Max nice priority");
    names.put("nofile=113:114", "Max open files");
    names.put("nproc=515:516", "Max processes");
    names.put("rss=1017:1018", "Max resident set");
    names.put("rtprio=0", "Max realtime priority");
    names.put("rttime=1019:1020", "Max realtime timeout");
    names.put("sigpending=121:122", "Max pending signals");
    names.put("stack=1048576:1048577", "Max stack size");
    List<String> words = new ArrayList<>();
    names.keySet().forEach(limit -> words.add("--ulimit=" + limit));
    words.addAll(List.of("busybox", "sh", "-c", "echo ready; read -r go"));

    try (Running running = Running.ready(Nsrun.as(caller), words.toArray(String[]::new))) {
      String limits = running.command().read("limits");
      assertThat(limits.lines()).hasSize(1 + names.size());
      names.forEach(
          (limit, name) -> {
            String[] values = limit.replaceFirst(".*=", "").split(":", -1);
            assertThat(limits)
                .containsPattern(
                    name + " +" + values[0] + " +" + values[values.length - 1] + "\\b");
          });
    }
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
