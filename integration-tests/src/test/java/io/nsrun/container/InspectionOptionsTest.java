package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Options that tell what is done. */
class InspectionOptionsTest extends ContainerTest {
  private static final Caller ANY = Caller.PLAIN;

  @ParameterizedTest
  @EnumSource
  void dryRunPrintsThePlanAndRunsNothing(Caller caller) {
    Path host = Directories.fresh(caller);

    Result result = sh(caller, ">/data/made", "--dry-run", "-v", host + ":/data").orFail();

    assertThat(host.resolve("made")).doesNotExist();
    assertThat(result.lines())
        .anyMatch(line -> line.matches("namespaces create=.*CLONE_NEWUSER.*"))
        .anyMatch(line -> line.matches("(uid_map mappings=|run_program program=.*/newuidmap ).*"))
        .anyMatch(line -> line.matches("exec .*>/data/made.*"))
        .anyMatch(line -> line.startsWith("isolation aspect="));
  }

  @Test
  void dryRunIsTheSameEachTime() {
    String[] options = {"--dry-run", "--hostname=h", "busybox", "true"};

    assertThat(Nsrun.as(ANY).run(options).orFail().out())
        .isEqualTo(Nsrun.as(ANY).run(options).orFail().out());
  }

  @Test
  void formatOfADryRunMayBeJson() {
    String json = sh(ANY, "true", "--dry-run", "--format=json").orFail().out();
    String text = sh(ANY, "true", "--dry-run", "--format", "text").orFail().out();

    assertThat(json).startsWith("{").contains("\"step\" : \"pivot_root\"").endsWith("}\n");
    assertThat(text).startsWith("namespaces ").contains("\npivot_root detached=");
  }

  @Test
  void dryRunTellsProblemsAsARunDoes() {
    Result result = Nsrun.as(ANY).run("--dry-run", "-w", "relative", "busybox", "true");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.out()).isEmpty();
    assertThat(result.errors())
        .containsExactly("nsrun: --workdir: \"relative\" is not absolute (begin it with /)");
  }

  @DependsOnJvm
  @ParameterizedTest
  @EnumSource
  void traceTellsHowLongEachStepTook(Caller caller) throws IOException {
    Path file = Directories.fresh(caller).resolve("trace.json");

    Nsrun.as(caller).run("--trace", file.toString(), "busybox", "true").orFail();

    assertThat(Files.readString(file))
        .contains("\"traceEvents\"", "pivot_root", "\"ph\":\"X\"", "\"dur\":")
        .contains(caller == Caller.RANGED ? "run_program" : "uid_map");
  }

  @DependsOnJvm
  @Test
  void logLevelTellsMore() {
    Result debug = Nsrun.as(ANY).run("--log-level=debug", "busybox", "true");
    Result info = Nsrun.as(ANY).nsrun("--log-level", "info", "run", "busybox", "true");

    assertThat(debug.out()).isEmpty();
    assertThat(info.errors())
        .contains("nsrun: info: ids: 1 id (no range for " + ANY.login() + " in /etc/subuid)")
        .allMatch(line -> line.startsWith("nsrun: info: "));
    assertThat(debug.errors())
        .containsAll(info.errors())
        .anyMatch(
            line -> line.matches("nsrun: debug: run: the container.s init is process [0-9]+"));
    assertThat(Nsrun.as(ANY).run("--log-level=warn", "busybox", "true").err()).isEmpty();
  }

  @DependsOnJvm
  @Test
  void helpTellsEveryOption() {
    Result result = Nsrun.as(ANY).run("--help").orFail();

    assertThat(result.lines().get(0)).startsWith("Usage: nsrun run [");
    for (String option : List.of("--interactive", "--volume", "--userns", "--log-level")) {
      assertThat(result.out()).contains(option);
    }
  }

  @Test
  void optionsAfterRootfsBelongToTheCommand() {
    Result result = Nsrun.as(ANY).run("busybox", "echo", "--help", "-t", "--name=x", "--", "-n");

    assertThat(result.orFail().text()).isEqualTo("--help -t --name=x -- -n");
  }

  @Test
  void explainSaysWhatWouldBeDoneAndWhy() {
    Path host = Directories.fresh(ANY);

    Result result =
        Nsrun.as(ANY)
            .nsrun("explain", "-v", host + ":/data", "busybox", "touch", "/data/made")
            .orFail();

    assertThat(host.resolve("made")).doesNotExist();
    assertThat(result.out()).contains("pivot_root(2)", "user_namespaces(7)", "/data");
  }
}
