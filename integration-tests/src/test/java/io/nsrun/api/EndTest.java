package io.nsrun.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.container.DependsOnJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** How a container is made to end: by a limit, by request, by force. */
@DependsOnJvm
class EndTest extends ApiTest {
  private static final String FOREVER = "echo up; while true; do sleep 1; done";

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void limitThatEndsTheCommandIsNamed(
      ContainerEnd.Limit limit, Limits limits, String script, String told) throws Exception {
    ContainerEnd end = sh(script).limits(limits).run().end();

    assertThat(end.limit()).contains(limit);
    assertThat(end.isSuccess()).isFalse();
    assertThat(end.toString()).matches("(?s)(.*: )?" + told);
  }

  static Stream<Arguments> limitThatEndsTheCommandIsNamed() {
    return Stream.of(
        Arguments.of(
            ContainerEnd.Limit.TIMEOUT,
            Limits.none().timeout(Duration.ofMillis(50)),
            "sleep 60",
            "stopped after the timeout of 0.05 s: killed by SIGTERM"),
        Arguments.of(
            ContainerEnd.Limit.CPU_TIME,
            Limits.none().cpuTime(Duration.ofMillis(50)),
            "while true; do :; done",
            "CPU time limit of 0.05 s reached"),
        Arguments.of(
            ContainerEnd.Limit.MEMORY,
            Limits.none().memory(DataSize.ofMebi(16)),
            "head -c 64m /dev/zero | tail",
            "memory limit of 16 MiB reached \\(peak .* MiB\\)"),
        Arguments.of(
            ContainerEnd.Limit.PROCESSES,
            Limits.none().processes(4),
            "sleep 0.2; sleep 60 & sleep 60 & sleep 60 & while true; do :; done",
            "limit of 4 processes reached"),
        Arguments.of(
            ContainerEnd.Limit.OUTPUT,
            Limits.none().output(DataSize.ofKibi(64)),
            "cat /dev/zero",
            "output limit of 64 KiB reached"),
        Arguments.of(
            ContainerEnd.Limit.FILE_SIZE,
            Limits.none().fileSize(DataSize.ofKibi(64)),
            "exec cat /dev/zero >/tmp/large",
            "file size limit of 64 KiB reached"));
  }

  @Test
  void outputBeyondItsLimitIsNotPassedOn() throws Exception {
    ContainerResult result =
        sh("head -c 1m /dev/zero").limits(Limits.none().output(DataSize.ofKibi(64))).run();

    assertThat(result.stdout()).hasSize(64 << 10);
    assertThat(result.end().resources().orElseThrow().output()).isEqualTo(DataSize.ofKibi(64));
  }

  @Test
  void openFilesAreLimitedForEachProcess() throws Exception {
    ContainerResult result =
        sh("ulimit -n; exec 9</dev/null").limits(Limits.none().openFiles(9)).run();

    assertThat(result.stdoutText()).isEqualTo("9\n");
    assertThat(result.isSuccess()).isFalse();
    assertThat(result.end().limit()).isEmpty();
  }

  @Test
  void peakOfTheMemoryIsToldWhereItIsLimited() throws Exception {
    ContainerEnd end =
        sh("head -c 8m /dev/zero | tail -c 8m | sleep 0.1")
            .limits(Limits.none().memory(DataSize.ofMebi(256)))
            .run()
            .end();

    assertThat(end.resources().orElseThrow().peakMemory().orElseThrow())
        .isGreaterThan(DataSize.ofKibi(500));
  }

  @Test
  void destroyLetsTheCommandEndByItself() throws Exception {
    try (Container container = sh("trap 'echo bye; exit 5' TERM; " + FOREVER).start()) {
      line(container);
      container.destroy();
      assertThat(container.isAlive() || container.exitValue() == 5).isTrue();
      assertThat(container.waitFor()).isEqualTo(5);
      assertThat(text(container.getInputStream())).isEqualTo("bye\n");
    }
  }

  @Test
  void destroySendsTheSignalThatWasChosen() throws Exception {
    try (Container container =
        sh("trap 'exit 6' USR1; " + FOREVER).stop("SIGUSR1", Duration.ofSeconds(60)).start()) {
      line(container);
      container.destroy();
      assertThat(container.waitFor()).isEqualTo(6);
    }
  }

  @Test
  void commandThatDoesNotEndInItsTimeIsKilled() throws Exception {
    try (Container container =
        sh("trap '' TERM; " + FOREVER).stop("TERM", Duration.ofMillis(100)).start()) {
      line(container);
      long begin = System.nanoTime();
      container.destroy();
      container.destroy();
      assertThat(container.waitFor()).isEqualTo(137);
      assertThat(Duration.ofNanos(System.nanoTime() - begin))
          .isGreaterThanOrEqualTo(Duration.ofMillis(95))
          .isLessThan(Duration.ofSeconds(9));
      assertThat(container.end().limit()).isEmpty();
    }
  }

  @Test
  void graceThatIsOverForOneThatHasEndedDoesNothing() throws Exception {
    try (Container container = sh(FOREVER).stop("TERM", Duration.ofMillis(20)).start()) {
      line(container);
      container.destroy();
      assertThat(container.waitFor(30, TimeUnit.SECONDS)).isTrue();
      ContainerEnd end = container.end();
      container.destroy();
      container.destroyForcibly();
      container.signal(10);
      assertThat(container.end()).isSameAs(end);
    }
  }

  @Test
  void destroyForciblyTakesAllItsProcessesAlong() throws Exception {
    try (Container container = sh("trap '' TERM; sleep 60 & sleep 60 & " + FOREVER).start()) {
      line(container);
      List<ProcessHandle> inside = container.descendants().toList();
      assertThat(inside).hasSizeGreaterThanOrEqualTo(2);
      assertThat(container.destroyForcibly()).isSameAs(container);
      assertThat(container.waitFor()).isEqualTo(137);
      assertThat(container.end().status()).contains(ExitStatus.signaled(9, false));
      assertThat(inside).noneMatch(ProcessHandle::isAlive);
    }
  }

  @Test
  void signalReachesTheCommand() throws Exception {
    try (Container container = sh("trap 'echo got; exit' HUP; " + FOREVER).start()) {
      line(container);
      container.signal(1);
      assertThat(text(container.getInputStream())).isEqualTo("got\n");
      assertThat(container.waitFor()).isZero();
    }
  }

  @Test
  void closeKillsAndWaits() throws IOException {
    Container container = sh("trap '' TERM; " + FOREVER).start();
    line(container);
    container.close();
    assertThat(container.isAlive()).isFalse();
    assertThat(container.exitValue()).isEqualTo(137);
    container.close();
  }

  @Test
  void interruptOfWhoClosesWaitsUntilAllIsGone() throws IOException {
    Container container = sh(FOREVER).start();
    line(container);
    Thread.currentThread().interrupt();
    container.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(container.isAlive()).isFalse();
  }

  @Test
  void deathOfItsNsinitIsToldAndTakesItAlong() throws Exception {
    try (Container container = sh(FOREVER).start()) {
      line(container);
      ProcessHandle init = ProcessHandle.of(container.pid()).orElseThrow().parent().orElseThrow();
      ProcessHandle monitor = init.parent().orElseThrow();
      assertThat(monitor.destroyForcibly()).isTrue();
      assertThat(container.waitFor()).isEqualTo(125);
      assertThat(container.end().kind()).isEqualTo(ContainerEnd.Kind.LOST);
      assertThat(container.end().status()).isEmpty();
      assertThat(container.end().toString())
          .isEqualTo("nsinit was killed by signal 9 while the command ran");
    }
  }

  @Test
  void whatWasMountedCanBeUnmountedOnceTheEndIsKnown(@TempDir Path dir) throws Exception {
    for (int i = 0; i < 20; i++) {
      mount("mount", "-t", "tmpfs", "tmpfs", dir.toString());
      try (Container container =
          containers.container("true").mount(Mount.readOnly(dir, "/mnt")).start()) {
        assertThat(container.waitFor()).isZero();
        mount("umount", dir.toString());
      }
    }
  }

  private static void mount(String... words) throws Exception {
    assertThat(new ProcessBuilder(words).inheritIO().start().waitFor()).isZero();
  }
}
