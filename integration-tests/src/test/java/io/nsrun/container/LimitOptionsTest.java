package io.nsrun.container;

import static io.nsrun.container.Setting.CPUS;
import static io.nsrun.container.Setting.CPU_TIME;
import static io.nsrun.container.Setting.FILE_SIZE;
import static io.nsrun.container.Setting.MEMORY;
import static io.nsrun.container.Setting.NICE;
import static io.nsrun.container.Setting.OPEN_FILES;
import static io.nsrun.container.Setting.OUTPUT;
import static io.nsrun.container.Setting.PROCESSES;
import static io.nsrun.container.Setting.RLIMIT;
import static io.nsrun.container.Setting.TIMEOUT;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a container may use, one option after the other. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ThroughBothDoors
class LimitOptionsTest extends DoorTest {
  private static final Caller ANY = Caller.PLAIN;

  private static final String LOOK_AT_CPUS = "grep Cpus_allowed_list /proc/self/status | cut -f2";

  @ParameterizedTest
  @EnumSource
  void cpusIsANumberOfTheCallersCpus(Caller caller) {
    Set<String> seen = new TreeSet<>();
    for (int i = 0; i < 12; i++) {
      String cpu = run(sh(caller, LOOK_AT_CPUS).with(CPUS, "1")).orFail().text();
      assertThat(cpu).matches("\\d+");
      seen.add(cpu);
    }
    if (Runtime.getRuntime().availableProcessors() > 1) {
      assertThat(seen).as("CPUs chosen").hasSizeGreaterThan(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void niceIsTheCommands(Caller caller) {
    String nice = run(sh(caller, "cut -d' ' -f19 /proc/self/stat").with(NICE, "7")).orFail().text();

    assertThat(nice).isEqualTo("7");
  }

  @Test
  void nofileIsTheNumberOfOpenFiles() {
    assertThat(run(sh(ANY, "ulimit -Sn; ulimit -Hn").with(OPEN_FILES, "64")).orFail().lines())
        .containsExactly("64", "64");
  }

  @ParameterizedTest
  @EnumSource
  void fileSizeHoldsForEveryFile(Caller caller) {
    Outcome result =
        run(
            sh(
                    caller,
                    "dd if=/dev/zero of=/tmp/f bs=1k count=64; code=$?; wc -c </tmp/f; exit $code")
                .with(FILE_SIZE, "16k"));

    assertThat(result.code()).isEqualTo(153);
    assertThat(result.text()).isEqualTo("16384");
    assertThat(result.told())
        .containsExactly("exited with code 153: file size limit of 16 KiB reached");
  }

  /** What fits is not disturbed. */
  @ParameterizedTest
  @EnumSource
  void limitsThatAreNotReachedChangeNothing(Caller caller) {
    Outcome result =
        run(
            sh(caller, "cat; echo err >&2; exit 3")
                .with(MEMORY, "256m")
                .with(PROCESSES, "50")
                .with(CPU_TIME, "20s")
                .with(OUTPUT, "1m")
                .with(FILE_SIZE, "1m")
                .with(OPEN_FILES, "100")
                .with(CPUS, "1")
                .with(TIMEOUT, "1h"));

    assertThat(result.code()).isEqualTo(3);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).isEqualTo("err\n");
    assertThat(result.told()).isEmpty();
  }

  /** Each is one process after the other: never more than three at once. */
  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void processesThatHaveEndedDoNotCount(Caller caller) {
    Outcome result =
        run(
            sh(caller, "i=0; while [ $i -lt 50 ]; do true | true; i=$((i+1)); done")
                .with(PROCESSES, "4"));

    assertThat(result.orFail().code()).isZero();
  }

  @Test
  void cpuTimeOfOneProcessByUlimitIsNamedToo() {
    Outcome result =
        run(busybox(ANY, "/hostile", "spin").with(RLIMIT, "cpu", "1", "20").tool("hostile"));

    assertThat(result.code()).isEqualTo(152);
    assertThat(result.told())
        .containsExactly("killed by SIGXCPU: CPU time limit of 1 s for one process reached");
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
    Asked asked = sh(caller, "echo ready; read -r go");
    for (String limit : names.keySet()) {
      String[] values = limit.split("[=:]", -1);
      asked.with(RLIMIT, values[0], values[1], values[values.length - 1]);
    }

    try (Live running = door.start(asked).ready()) {
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
}
