package io.nsrun.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.container.DependsOnJvm;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A container is a Process, in each thing that one does. */
@DependsOnJvm
class ProcessTest extends ApiTest {
  private static final int MEBI = 1 << 20;

  @TempDir Path dir;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 125, 137, 255})
  void exitCodeIsTheCommandsOwn(int code) throws Exception {
    try (Container container = sh("exit $1", Integer.toString(code)).start()) {
      assertThat(container.waitFor()).isEqualTo(code);
      assertThat(container.exitValue()).isEqualTo(code);
      assertThat(container.isAlive()).isFalse();
      assertThat(container.end().kind()).isEqualTo(ContainerEnd.Kind.EXITED);
      assertThat(container.end().status()).contains(ExitStatus.exited(code));
      assertThat(container.end().isSuccess()).isEqualTo(code == 0);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 9, 11, 15})
  void signalThatEndsTheCommandIsToldApartFromAnExitCode(int signal) throws Exception {
    try (Container container = sh("kill -$1 $$", Integer.toString(signal)).start()) {
      assertThat(container.waitFor()).isEqualTo(128 + signal);
      assertThat(container.end().kind()).isEqualTo(ContainerEnd.Kind.KILLED);
      assertThat(container.end().status().orElseThrow().signal()).hasValue(signal);
      assertThat(container.end().limit()).isEmpty();
    }
  }

  @Test
  void mebibyteGoesEachWayAtOnce() throws Exception {
    byte[] sent = new byte[MEBI];
    for (int i = 0; i < sent.length; i++) {
      sent[i] = (byte) (i * 31);
    }
    try (Container container = containers.container("cat").start()) {
      CompletableFuture<Void> writing =
          CompletableFuture.runAsync(
              () -> {
                try (OutputStream out = container.getOutputStream()) {
                  out.write(sent);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      byte[] got = container.getInputStream().readAllBytes();
      writing.get();
      assertThat(Arrays.equals(got, sent)).isTrue();
      assertThat(container.getErrorStream().readAllBytes()).isEmpty();
      assertThat(container.waitFor()).isZero();
    }
  }

  @Test
  void outputThatNobodyReadBeforeTheEndIsThereAfterwards() throws Exception {
    try (Container container = sh("echo out; echo err >&2").start()) {
      assertThat(container.waitFor()).isZero();
      assertThat(text(container.getInputStream())).isEqualTo("out\n");
      assertThat(text(container.getErrorStream())).isEqualTo("err\n");
    }
  }

  @Test
  void errorsGoWhereOutputDoesIfAsked() throws Exception {
    try (Container container =
        sh("echo one; echo two >&2; echo three").redirectErrorStream(true).start()) {
      assertThat(text(container.getInputStream())).isEqualTo("one\ntwo\nthree\n");
      assertThat(container.getErrorStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void streamsMayBeFiles() throws Exception {
    Path in = Files.writeString(dir.resolve("in"), "from a file\n");
    Path out = Files.writeString(dir.resolve("out"), "replaced");
    Path err = Files.writeString(dir.resolve("err"), "kept\n");
    try (Container container =
        sh("cat; echo wrong >&2")
            .redirectInput(in.toFile())
            .redirectOutput(out.toFile())
            .redirectError(Redirect.appendTo(err.toFile()))
            .start()) {
      assertThat(container.waitFor()).isZero();
      assertThat(container.getInputStream().read()).isEqualTo(-1);
    }
    assertThat(out).hasContent("from a file");
    assertThat(err).hasContent("kept\nwrong");
  }

  @Test
  void pipesOpenByNameInside() throws Exception {
    try (Container container = sh("cat /dev/stdin >/dev/stdout; echo wrong >/dev/stderr").start()) {
      try (OutputStream out = container.getOutputStream()) {
        out.write("by name".getBytes(StandardCharsets.US_ASCII));
      }
      assertThat(text(container.getInputStream())).isEqualTo("by name");
      assertThat(text(container.getErrorStream())).isEqualTo("wrong\n");
    }
  }

  @Test
  void writingToACommandThatHasEndedFails() throws Exception {
    try (Container container = sh("exit 0").start()) {
      container.waitFor();
      assertThatThrownBy(
              () -> {
                container.getOutputStream().write(new byte[MEBI]);
                container.getOutputStream().flush();
              })
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void environmentIsWhatWasAskedForAndNothingOfTheJvms() throws Exception {
    ContainerBuilder builder = sh("env | sort").hostname("box");
    builder.environment().put("GREETING", "hello world");
    builder.environment().put("PATH", "/bin");

    assertThat(builder.run().requireSuccess().stdoutText().lines())
        .filteredOn(line -> !line.startsWith("SHLVL") && !line.startsWith("_="))
        .containsExactly(
            "GREETING=hello world",
            "HOME=/root",
            "HOSTNAME=box",
            "PATH=/bin",
            "PWD=/",
            "container=nsrun");
  }

  @Test
  void commandRunsInItsDirectory() throws Exception {
    assertThat(sh("pwd").directory("/some/where").run().requireSuccess().stdoutText())
        .isEqualTo("/some/where\n");
  }

  @Test
  void argumentsAreGivenAsTheyAre() throws Exception {
    assertThat(
            sh("printf '%s|' \"$@\"", "", "a b", "$HOME", "ü\n", "\"'\\")
                .run()
                .requireSuccess()
                .stdoutText())
        .isEqualTo("|a b|$HOME|ü\n|\"'\\|");
  }

  @Test
  void pidIsTheCommandsAsTheHostSeesIt() throws Exception {
    try (Container container = sh("echo $$; read -r go").start()) {
      assertThat(line(container)).isEqualTo("2");
      assertThat(container.pid()).isPositive();
      assertThat(Files.readString(Path.of("/proc/" + container.pid() + "/comm"))).isEqualTo("sh\n");
      assertThat(container.toHandle().pid()).isEqualTo(container.pid());
    }
  }

  @Test
  void infoTellsTheCommandAndItsTimes() throws Exception {
    Instant before = Instant.now().minusMillis(1);
    try (Container container =
        sh("read -r go; i=0; while [ $i -lt 5000 ]; do i=$((i+1)); done").name("told").start()) {
      assertThat(container.info().command()).contains("sh");
      assertThat(container.info().arguments().orElseThrow()).startsWith("-c").endsWith("sh");
      assertThat(container.info().startInstant().orElseThrow()).isBetween(before, Instant.now());
      assertThat(container.toString()).isEqualTo("Container[told, pid " + container.pid() + "]");
      container.getOutputStream().close();
      container.waitFor();
      assertThat(container.info().totalCpuDuration().orElseThrow()).isPositive();
      ContainerEnd end = container.end();
      assertThat(end.startedAt()).isEqualTo(container.info().startInstant());
      assertThat(end.endedAt().orElseThrow()).isAfter(end.startedAt().orElseThrow());
      assertThat(end.resources().orElseThrow().maxResidentSet())
          .isGreaterThan(DataSize.ofKibi(100));
      assertThat(container.toString()).isEqualTo("Container[told, exited with code 0]");
    }
  }

  @Test
  void isolationThatWasAchievedIsTold() throws Exception {
    assertThat(sh("true").run().end().isolation())
        .extracting(AchievedIsolation::aspect)
        .contains("user_namespace", "ids", "network_namespace", "seccomp");
  }

  @Test
  void waitingMayBeLimited() throws Exception {
    try (Container container = sh("read -r go").start()) {
      assertThat(container.waitFor(20, TimeUnit.MILLISECONDS)).isFalse();
      assertThat(container.isAlive()).isTrue();
      assertThatThrownBy(container::exitValue).isInstanceOf(IllegalThreadStateException.class);
      container.getOutputStream().close();
      assertThat(container.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(container.exitValue()).isEqualTo(1);
    }
  }

  @Test
  void interruptOfWhoWaitsDoesNothingToTheContainer() throws Exception {
    try (Container container = sh("read -r go").start()) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(container::waitFor).isInstanceOf(InterruptedException.class);
      assertThat(container.isAlive()).isTrue();
    }
  }

  @Test
  void endIsToldToEachFutureOnceAndToNoOther() throws Exception {
    try (Container container = sh("read -r go; exit 7").start()) {
      CompletableFuture<Process> mine = container.onExit();
      CompletableFuture<Process> cancelled = container.onExit();
      cancelled.cancel(true);
      CompletableFuture<Integer> code = container.onExit().thenApply(Process::exitValue);
      assertThat(mine).isNotDone();
      container.getOutputStream().close();
      assertThat(code.get(30, TimeUnit.SECONDS)).isEqualTo(7);
      assertThat(mine.get(30, TimeUnit.SECONDS)).isSameAs(container);
      assertThat(container.onExit().get(30, TimeUnit.SECONDS)).isSameAs(container);
      assertThat(container.toHandle().onExit().get(30, TimeUnit.SECONDS).pid())
          .isEqualTo(container.pid());
    }
  }

  @Test
  void endOfTheThreadThatStartedItDoesNothingToIt() throws Exception {
    CompletableFuture<Container> started = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                started.complete(sh("read -r go; exit 3").start());
              } catch (IOException e) {
                started.completeExceptionally(e);
              }
            });
    thread.start();
    thread.join();
    try (Container container = started.get()) {
      assertThat(container.waitFor(50, TimeUnit.MILLISECONDS)).isFalse();
      container.getOutputStream().close();
      assertThat(container.waitFor()).isEqualTo(3);
    }
  }

  @Test
  void commandHasNoDescriptorsButItsStreams() throws Exception {
    assertThat(sh("ls /proc/self/fd | tr '\\n' ' '").run().requireSuccess().stdoutText())
        .isEqualTo("0 1 2 3 ");
  }

  @Test
  void builderKeepsWhatItWasToldForItsCopy() throws Exception {
    ContainerBuilder first = sh("echo $WORD; pwd").directory("/tmp");
    first.environment().put("WORD", "first");
    ContainerBuilder second = first.copy();
    second.environment().put("WORD", "second");

    assertThat(first.run().stdoutText()).isEqualTo("first\n/tmp\n");
    assertThat(second.run().stdoutText()).isEqualTo("second\n/tmp\n");
    assertThat(second.command()).isEqualTo(List.of("sh", "-c", "echo $WORD; pwd", "sh"));
  }

  @Test
  void handleEndsTheContainer() throws Exception {
    try (Container container = sh("echo up; read -r go").stop("TERM", Duration.ZERO).start()) {
      line(container);
      ProcessHandle handle = container.toHandle();
      assertThat(handle.isAlive()).isTrue();
      assertThat(handle.supportsNormalTermination()).isTrue();
      assertThat(handle.destroy()).isTrue();
      assertThat(container.waitFor()).isEqualTo(137);
      assertThat(handle.destroyForcibly()).isFalse();
      assertThat(handle.descendants()).isEmpty();
    }
  }
}
