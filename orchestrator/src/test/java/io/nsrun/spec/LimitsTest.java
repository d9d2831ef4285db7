package io.nsrun.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.nsrun.cli.OptionDialect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LimitsTest {
  private static List<String> problems(Spec.Builder builder) {
    SpecProblems problems = new SpecProblems();
    builder
        .name("n")
        .root(Root.directory("/tree"))
        .process(ProcessSpec.of(List.of("true"), Map.of()))
        .build()
        .validate(problems);
    List<String> texts = new ArrayList<>();
    for (SpecProblems.Problem problem : problems.list()) {
      texts.add(problem.in(OptionDialect.OPTIONS));
    }
    return texts;
  }

  private static List<String> problems(Limits limits) {
    return problems(Spec.builder().limits(limits));
  }

  @Test
  void noLimitsAreNone() {
    assertThat(Limits.NONE.areNone()).isTrue();
    assertThat(problems(Limits.NONE)).isEmpty();
    assertThat(Limits.NONE.withNice(0).areNone()).isFalse();
    assertThat(Limits.NONE.withCpus(1).areNone()).isFalse();
    assertThat(Limits.NONE.withCpuset(List.of(0)).areNone()).isFalse();
    assertThat(Limits.NONE.withCountOutput(true).areNone()).isFalse();
    assertThat(Limits.NONE.withOutput(new Bytes(1)).relayOutput()).isTrue();
    assertThat(Limits.NONE.withMemory(new Bytes(1)).areWatched()).isTrue();
    assertThat(Limits.NONE.withProcesses(1).areWatched()).isTrue();
    assertThat(Limits.NONE.withCpuTime(Duration.ofMillis(1)).areWatched()).isTrue();
  }

  @Test
  void memoryForNothingIsRefused() {
    assertThat(problems(Limits.NONE.withMemory(new Bytes(1000))))
        .containsExactly("--memory: 1000 bytes is too little for any command (use at least 1 MiB)");
    assertThat(problems(Limits.NONE.withMemory(Bytes.ofMebi(1)))).isEmpty();
  }

  @Test
  void nsinitNeedsRoomAmongTheProcesses() {
    assertThat(problems(Limits.NONE.withProcesses(1)))
        .containsExactly(
            "--pids-limit: 1 is out of range (use 2 to 4194304; nsinit and the command count too)");
    assertThat(problems(Spec.builder().init(false).limits(Limits.NONE.withProcesses(1)))).isEmpty();
    assertThat(problems(Limits.NONE.withProcesses(4194305))).hasSize(1);
  }

  @Test
  void whatIsSummedUpNeedsAPidNamespace() {
    Limits all =
        Limits.NONE
            .withMemory(Bytes.ofMebi(10))
            .withProcesses(10)
            .withCpuTime(Duration.ofSeconds(1));

    List<String> problems =
        problems(Spec.builder().namespace(NamespaceType.PID, NamespaceMode.HOST).limits(all));

    assertThat(problems).hasSize(3);
    assertThat(problems.get(0))
        .isEqualTo(
            "--memory: can't tell the container's processes from others: the PID namespace is"
                + " shared (leave --pid=private, or use --ulimit data=)");
    assertThat(problems.get(1)).startsWith("--pids-limit: ").contains("--ulimit nproc=");
    assertThat(problems.get(2)).startsWith("--cpu-time: ").contains("--ulimit cpu=");
  }

  @Test
  void numbersOutOfRangeAreRefusedTogether() {
    assertThat(
            problems(
                Limits.NONE
                    .withNice(20)
                    .withCpuset(List.of(0, 1024))
                    .withCpuTime(Duration.ofDays(10_000))))
        .containsExactly(
            "--cpu-time: PT240000H is out of range (use less than 10 years)",
            "--cpuset-cpus: CPU 1024 is out of range (use 0 to 1023)",
            "--nice: 20 is out of range (use -20 to 19)");
    assertThat(problems(Limits.NONE.withCpuset(List.of(0, 1)).withCpus(3)))
        .containsExactly(
            "--cpus: 3 is more than the 2 of --cpuset-cpus (leave one of the two out)");
  }

  @Test
  void landlockWithoutAnythingToExecuteIsRefused() {
    assertThat(problems(Spec.builder().landlock(LandlockRule.parse("ro:/"))))
        .containsExactly(
            "--landlock: no rule lets anything be executed, not even the command (add"
                + " --landlock=rx:/, or the directories of the command and its libraries)");
  }

  @Test
  void landlockNeedsNoNewPrivsOrPower() {
    Spec.Builder plain = Spec.builder().landlock(LandlockRule.parse("rx:/")).noNewPrivileges(false);
    assertThat(problems(plain)).hasSize(1).allMatch(p -> p.contains("no_new_privs"));

    CapabilitySet admin = CapabilitySet.NONE.plus(Capability.SYS_ADMIN);
    plain.capabilities(new Capabilities(admin, CapabilitySet.NONE, false));
    assertThat(problems(plain)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"ro:/a,/a,false,false", "r:/,/,false,false", "rw:/a:b,/a:b,true,false"})
  @CsvSource({"rx:/usr,/usr,false,true", "rwx:/t,/t,true,true"})
  void landlockRulesAreRead(String text, String path, boolean write, boolean execute) {
    assertThat(LandlockRule.parse(text)).isEqualTo(new LandlockRule(path, write, execute));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "ro:", "ro:usr", "wx:/", "RO:/", ":/", "ro/"})
  void otherLandlockRulesAreRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LandlockRule.parse(text))
        .withMessageStartingWith("\"" + text + "\" is no rule: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"0|0", "0-2,5|0-2,5", "5,0,1,2|0-2,5", "3-3|3", "0,2,4|0,2,4", "1023|1023"})
  void listsOfCpusAreRead(String text, String normal) {
    assertThat(CpuList.format(CpuList.parse(text))).isEqualTo(normal);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",", "0,", "a", "-1", "2-1", "1-", "0-1-2", "1024", " 1", "0x1"})
  void otherListsOfCpusAreRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CpuList.parse(text))
        .withMessageStartingWith("\"" + text + "\" is no list of CPUs: ");
  }

  @ParameterizedTest
  @CsvSource({"64,16", "128,64", "256,192", "1024,768", "4096,3072"})
  void heapIsAllButAQuarterOrWhatAJvmNeedsBesideIt(long memory, long heap) {
    assertThat(JvmProfile.options(Bytes.ofMebi(memory)))
        .isEqualTo("-Xmx" + heap * 1024 + "k -XX:+ExitOnOutOfMemoryError");
  }

  @ParameterizedTest
  @CsvSource({"0,0 bytes", "1023,1023 bytes", "1024,1 KiB", "67108864,64 MiB"})
  @CsvSource({"1610612736,1.5 GiB", "1048575,1023.9 KiB", "9223372036854775807,7.9 EiB"})
  void sizesAreWrittenInTheLargestUnit(long value, String text) {
    assertThat(new Bytes(value).text()).isEqualTo(text);
  }

  @Test
  void defaultsOfPropertiesGiveWayToWhatIsSaid() {
    assertThat(Preferences.DEFAULT.prefers(Property.SYSFS)).isTrue();
    assertThat(Preferences.DEFAULT.prefers(Property.PROC)).isFalse();
    Preferences said = new Preferences(Set.of(Property.SYSFS), Set.of(Property.PROC));
    assertThat(said.prefers(Property.SYSFS)).isFalse();
    assertThat(said.prefers(Property.PROC)).isTrue();
    assertThat(said.prefers(Property.IDS)).isTrue();
  }
}
