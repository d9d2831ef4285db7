package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What nsrun's exit code and its record say about how the command ended. */
@DependsOnJvm
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExitTest {
  /** Those that end a process that does nothing about them, signal(7); busybox' shell ignores 3. */
  private static final List<Integer> FATAL =
      List.of(
          1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 24, 25, 26, 27, 29, 30, 31, 34, 35,
          50, 64);

  private Host before;

  @BeforeEach
  void remember() {
    before = Host.now();
  }

  @AfterEach
  void nothingIsLeft() {
    before.assertUnchanged();
  }

  @Test
  void everyCodeOfTheCommandIsNsrunsOwn() {
    List<Integer> codes = new ArrayList<>();
    try (WarmJvm jvm = WarmJvm.start(Caller.PLAIN)) {
      for (int code = 0; code <= 255; code++) {
        codes.add(jvm.run("busybox", "sh", "-c", "exit " + code));
      }
    }
    assertThat(codes).isEqualTo(IntStream.rangeClosed(0, 255).boxed().toList());
  }

  @Test
  void everySignalThatKillsTheCommandGives128PlusItsNumber() {
    List<Integer> numbers = new ArrayList<>();
    try (WarmJvm jvm = WarmJvm.start(Caller.PLAIN)) {
      for (int number : FATAL) {
        numbers.add(
            jvm.run("--ulimit=core=0", "busybox", "sh", "-c", "kill -" + number + " $$") - 128);
      }
    }
    assertThat(numbers).isEqualTo(FATAL);
  }

  @ParameterizedTest
  @CsvSource({
    "exit 137, \"kind\":\"exited\"; \"code\":137; \"signal\":0",
    "kill -KILL $$, \"kind\":\"killed\"; \"code\":-1; \"signal\":9",
    "exit 0, \"kind\":\"exited\"; \"code\":0; \"signal\":0"
  })
  void recordKeepsCodeAndSignalApart(String command, String facts) throws IOException {
    Path home = Directories.fresh(Caller.PLAIN);

    int code =
        Nsrun.as(Caller.PLAIN)
            .env("NSRUN_HOME", home.toString())
            .run("--rm=false", "busybox", "sh", "-c", command)
            .code();

    assertThat(code).isIn(0, 137);
    assertThat(recordBelow(home)).contains(facts.split("; ", -1)).contains("\"cause\":\"own\"");
  }

  @Test
  void recordOfACommandThatNeverRanSaysWhy() throws IOException {
    Path home = Directories.fresh(Caller.PLAIN);

    Result result =
        Nsrun.as(Caller.PLAIN)
            .env("NSRUN_HOME", home.toString())
            .run("--rm=false", "busybox", "no-such-program");

    assertThat(result.code()).isEqualTo(127);
    assertThat(recordBelow(home)).contains("\"kind\":\"not-started\"", "no-such-program");
  }

  @Test
  void nothingIsKeptByDefault() throws IOException {
    Path home = Directories.fresh(Caller.PLAIN);

    Nsrun.as(Caller.PLAIN)
        .env("NSRUN_HOME", home.toString())
        .run("--name=once", "busybox", "true")
        .orFail();

    try (Stream<Path> all = Files.walk(home)) {
      assertThat(all.filter(path -> path.toString().matches(".*(record|once).*"))).isEmpty();
    }
  }

  @Test
  void nsrunsOwnFailuresGive125() {
    assertThat(Nsrun.as(Caller.PLAIN).run("--no-such-option", "busybox").code()).isEqualTo(125);
    assertThat(Nsrun.as(Caller.PLAIN).run("/no/such/root", "true").code()).isEqualTo(125);
    assertThat(Nsrun.as(Caller.PLAIN).run("-v", "/no/such:/x", "busybox").code()).isEqualTo(125);
  }

  private static String recordBelow(Path home) throws IOException {
    try (Stream<Path> all = Files.walk(home)) {
      List<Path> records = all.filter(path -> path.endsWith("record.json")).toList();
      assertThat(records).hasSize(1);
      return Files.readString(records.get(0));
    }
  }
}
