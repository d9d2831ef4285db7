package io.nsrun.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.engine.Caller;
import io.nsrun.spec.Bytes;
import io.nsrun.spec.IoPriority;
import io.nsrun.spec.LandlockRule;
import io.nsrun.spec.Limits;
import io.nsrun.spec.Preferences;
import io.nsrun.spec.Property;
import io.nsrun.spec.Rlimit;
import io.nsrun.spec.RootSource;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecProblems;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LimitOptionsTest {
  private final SpecProblems problems = new SpecProblems();

  private Spec spec(String... args) throws IOException {
    OptionValues values = OptionParser.parse(args);
    assertThat(values).as("arguments").isNotNull();
    SpecOptions options = new SpecOptions(values, Caller.of(Map.of(), "/work"), problems);
    return options.build(new RootSource.Directory("/tree"));
  }

  private List<String> problems(String... args) throws IOException {
    spec(args);
    List<String> texts = new ArrayList<>();
    for (SpecProblems.Problem problem : problems.list()) {
      texts.add(problem.in(OptionDialect.OPTIONS));
    }
    return texts;
  }

  @Test
  void withoutOptionsThereIsNoLimit() throws IOException {
    Spec spec = spec("--name=n", "--timeout=1s");

    assertThat(spec.limits()).isSameAs(Limits.NONE);
    assertThat(spec.rlimits()).isEmpty();
    assertThat(spec.landlock()).isEmpty();
    assertThat(spec.preferences()).isSameAs(Preferences.DEFAULT);
  }

  @Test
  void everyLimitIsRead() throws IOException {
    Limits limits =
        spec(
                "-m64m",
                "--pids-limit=20",
                "--cpus=1.5",
                "--cpuset-cpus=0-2,5",
                "--nice=-3",
                "--io-priority=best-effort:7",
                "--cpu-time=1.5s",
                "--output-limit=1k")
            .limits();

    assertThat(problems.list()).isEmpty();
    assertThat(limits)
        .isEqualTo(
            new Limits(
                Bytes.ofMebi(64),
                20,
                Duration.ofMillis(1500),
                new Bytes(1024),
                false,
                2,
                List.of(0, 1, 2, 5),
                -3,
                new IoPriority(IoPriority.SchedulingClass.BEST_EFFORT, 7)));
  }

  @Test
  void zeroAndMinusOneAreNoLimitAsForDocker() throws IOException {
    for (String option :
        List.of(
            "-m=0",
            "--memory=0",
            "--pids-limit=0",
            "--pids-limit=-1",
            "--cpus=0",
            "--cpus=0.0",
            "--cpuset-cpus=",
            "--cpu-time=0",
            "--output-limit=0")) {
      assertThat(spec(option).limits().areNone()).as(option).isTrue();
    }
    assertThat(spec("--file-size=0", "--nofile=0").rlimits()).isEmpty();
    assertThat(problems.list()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"1,1", "0.5,1", "1.0,1", "1.000001,2", "2.5,3", ".5,1", "3.,3"})
  void cpusAreRoundedUp(String text, int cpus) throws IOException {
    assertThat(spec("--cpus", text).limits().cpus()).isEqualTo(cpus);
  }

  @Test
  void fileSizeAndNofileAreResourceLimits() throws IOException {
    assertThat(spec("--file-size=1m", "--nofile=64").rlimits())
        .containsExactly(
            new Rlimit(Rlimit.Resource.FSIZE, 1 << 20, 1 << 20),
            new Rlimit(Rlimit.Resource.NOFILE, 64, 64));
  }

  @Test
  void everyBadValueIsToldAtOnce() throws IOException {
    assertThat(
            problems(
                "--memory=1x",
                "--pids-limit=many",
                "--cpu-time=soon",
                "--output-limit=-1",
                "--cpus=1,5",
                "--cpuset-cpus=2-1",
                "--nice=nice",
                "--io-priority=rt",
                "--file-size=big",
                "--nofile=-1",
                "--landlock=/usr",
                "--require=speed",
                "--prefer=seccomp"))
        .containsExactly(
            "--memory: \"1x\" is no size: digits and one of b, k, m, g, t are expected, as in 64m",
            "--pids-limit: \"many\" is no number (a decimal number is expected)",
            "--cpu-time: \"soon\" is no duration: a number with d, h, m, s or ms is expected, as in"
                + " 1m30s, or seconds alone",
            "--output-limit: \"-1\" is no size: digits and one of b, k, m, g, t are expected, as in"
                + " 64m",
            "--cpus: \"1,5\" is no number of CPUs (a number is expected, as in 1.5, which is"
                + " rounded up)",
            "--cpuset-cpus: \"2-1\" is no list of CPUs: numbers from 0 to 1023 and ranges are"
                + " expected, as in 0-2,5",
            "--nice: \"nice\" is no niceness (use -20 to 19)",
            "--io-priority: \"rt\" is no class: realtime, best-effort or idle is expected",
            "--file-size: \"big\" is no size: digits and one of b, k, m, g, t are expected, as in"
                + " 64m",
            "--nofile: \"-1\" is no number (a decimal number is expected)",
            "--landlock: \"/usr\" is no rule: ro, rw, rx or rwx, a colon and an absolute path are"
                + " expected",
            "--require: \"speed\" is no property (one of ids, groups, proc, sysfs, seccomp,"
                + " landlock is expected)",
            "--prefer: seccomp is there or asked away, never less (one of ids, groups, proc,"
                + " sysfs, landlock is expected)");
  }

  @Test
  void landlockRulesKeepTheirOrder() throws IOException {
    assertThat(spec("--landlock=rx:/", "--landlock", "rw:/tmp").landlock())
        .containsExactly(new LandlockRule("/", false, true), new LandlockRule("/tmp", true, false));
  }

  @Test
  void propertiesAreRequiredOrPreferredButNotBoth() throws IOException {
    Preferences said = spec("--require=ids", "--require=sysfs", "--prefer=proc").preferences();
    assertThat(said.required()).containsExactly(Property.IDS, Property.SYSFS);
    assertThat(said.preferred()).containsExactly(Property.PROC);

    assertThat(problems("--require=ids", "--prefer=ids"))
        .containsExactly("--require: ids is preferred, too (keep one of the two)");
  }

  @Test
  void resultHasTheOutputCounted() throws IOException {
    Limits limits = spec("--result=r.json").limits();

    assertThat(limits.countOutput()).isTrue();
    assertThat(limits.output().value()).isZero();
  }

  @Test
  void jvmIsSizedAfterTheMemoryAndLeavesTheCallersOptionsTheLastWord() throws IOException {
    assertThat(spec("--jvm", "--memory=256m").process().env())
        .containsEntry("JAVA_TOOL_OPTIONS", "-Xmx196608k -XX:+ExitOnOutOfMemoryError");
    assertThat(spec("--jvm", "--memory=256m", "-e", "JAVA_TOOL_OPTIONS=-Xmx64m").process().env())
        .containsEntry("JAVA_TOOL_OPTIONS", "-Xmx196608k -XX:+ExitOnOutOfMemoryError -Xmx64m");
    assertThat(spec("--memory=256m").process().env()).doesNotContainKey("JAVA_TOOL_OPTIONS");
    assertThat(problems.list()).isEmpty();
  }

  @Test
  void jvmNeedsMemoryAndAddressSpace() throws IOException {
    assertThat(problems("--jvm")).containsExactly("--jvm: needs to know the memory (add --memory)");
    assertThat(problems("--jvm", "-m", "32m"))
        .last()
        .isEqualTo("--memory: 32 MiB is too little for --jvm (use at least 64 MiB)");
    assertThat(problems("--jvm", "-m", "1g", "--ulimit", "as=1000000"))
        .last()
        .asString()
        .startsWith("--jvm: a JVM reserves far more than it uses");
  }
}
