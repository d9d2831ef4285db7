package io.nsrun.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.nsrun.container.Command;
import io.nsrun.container.DependsOnJvm;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A container that is run to its end, with what it wrote. */
@DependsOnJvm
class RunTest extends ApiTest {
  @TempDir Path dir;

  @Test
  void bothStreamsAreKeptApart() throws Exception {
    ContainerResult result = sh("echo out; echo err >&2; exit 4").run();

    assertThat(result.stdoutText()).isEqualTo("out\n");
    assertThat(result.stderrText()).isEqualTo("err\n");
    assertThat(result.stdout()).isEqualTo("out\n".getBytes(StandardCharsets.UTF_8));
    assertThat(result.stderr()).isEqualTo("err\n".getBytes(StandardCharsets.UTF_8));
    assertThat(result.exitCode()).isEqualTo(4);
    assertThat(result.isSuccess()).isFalse();
  }

  @Test
  void inputIsGivenAndEnds() throws Exception {
    byte[] input = new byte[300_000];
    Arrays.fill(input, (byte) 'x');

    assertThat(sh("wc -c").run(input).requireSuccess().stdoutText()).isEqualTo("300000\n");
    assertThat(sh("wc -c").run().requireSuccess().stdoutText()).isEqualTo("0\n");
  }

  @Test
  void commandNeedNotReadItsInput() throws Exception {
    assertThat(sh("exit 3").run(new byte[1 << 20]).exitCode()).isEqualTo(3);
  }

  @Test
  void outputIsKeptUpToTheLimitAndReadBeyond() throws Exception {
    ContainerResult result =
        sh("head -c 3m /dev/zero; echo done >&2").captureLimit(DataSize.ofKibi(5)).run();

    assertThat(result.isSuccess()).isTrue();
    assertThat(result.stdout()).hasSize(5 << 10);
    assertThat(result.isStdoutTruncated()).isTrue();
    assertThat(result.stderrText()).isEqualTo("done\n");
    assertThat(result.isStderrTruncated()).isFalse();
  }

  @Test
  void mebibyteOfEachStreamIsKeptByDefault() throws Exception {
    ContainerResult result = sh("head -c 1048576 /dev/zero; head -c 1048577 /dev/zero >&2").run();

    assertThat(result.stdout()).hasSize(1 << 20);
    assertThat(result.isStdoutTruncated()).isFalse();
    assertThat(result.stderr()).hasSize(1 << 20);
    assertThat(result.isStderrTruncated()).isTrue();
  }

  @Test
  void whatTheOutputLimitAllowsIsKeptByDefault() throws Exception {
    ContainerBuilder builder =
        sh("head -c 1500000 /dev/zero").limits(Limits.none().output(DataSize.ofMebi(2)));

    assertThat(builder.copy().run().requireSuccess().stdout()).hasSize(1_500_000);
    assertThat(builder.copy().captureLimit(DataSize.ofKibi(1)).run().requireSuccess().stdout())
        .hasSize(1024);
  }

  @Test
  void streamThatIsRedirectedIsNotKept() throws Exception {
    Path out = dir.resolve("out");

    ContainerResult result = sh("echo out; echo err >&2").redirectOutput(out.toFile()).run();

    assertThat(result.stdout()).isEmpty();
    assertThat(result.stderrText()).isEqualTo("err\n");
    assertThat(out).hasContent("out");
  }

  @Test
  void failureOfTheCommandIsAnExceptionWhereThatIsAskedFor() throws Exception {
    ContainerResult result = sh("echo first >&2; echo last >&2; exit 3").name("failing").run();

    assertThatThrownBy(result::requireSuccess)
        .isInstanceOfSatisfying(
            ContainerException.class,
            e -> {
              assertThat(e.reason()).isEqualTo(ContainerException.Reason.UNSUCCESSFUL);
              assertThat(e.end()).contains(result.end());
              assertThat(e)
                  .hasMessage("failing: exited with code 3; its last errors:\nfirst\nlast");
            });
  }

  @Test
  void interruptKillsTheContainer() throws Exception {
    Path up = dir.resolve("up");
    Command.check(List.of("mkfifo", "-m", "666", up.toString()));
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                sh("echo up >/shared/up; sleep 60").mount(Mount.writable(dir, "/shared")).run();
                thrown.complete(null);
              } catch (Exception e) {
                thrown.complete(e);
              }
            });
    thread.start();
    assertThat(Files.readString(up)).isEqualTo("up\n");
    long begin = System.nanoTime();
    thread.interrupt();

    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(30));
  }

  /** Runs what does not end by itself, and does something with its process once it is there. */
  private static ContainerException.Reason reasonAfter(BiConsumer<Containers, ProcessHandle> what) {
    Containers[] own = new Containers[1];
    ContainerListener listener =
        new ContainerListener() {
          @Override
          public void started(Container container) {
            what.accept(own[0], ProcessHandle.of(container.pid()).orElseThrow());
          }
        };
    try (Containers open = Containers.builder().spares(0).listener(listener).open()) {
      own[0] = open;
      Throwable thrown = catchThrowable(() -> open.container("sleep", "1000").run());
      assertThat(thrown).isInstanceOf(ContainerException.class);
      return ((ContainerException) thrown).reason();
    }
  }

  private static void killAncestor(ProcessHandle process, int generations) {
    ProcessHandle ancestor = process;
    for (int i = 0; i < generations; i++) {
      ancestor = ancestor.parent().orElseThrow();
    }
    assertThat(ancestor.pid()).isNotEqualTo(ProcessHandle.current().pid());
    assertThat(ancestor.destroyForcibly()).isTrue();
  }

  @Test
  void deathOfItsMonitorIsNoEndOfTheCommand() {
    assertThat(reasonAfter((own, command) -> killAncestor(command, 2)))
        .isEqualTo(ContainerException.Reason.LOST);
  }

  @Test
  void deathOfTheLauncherIsNoEndOfTheCommand() {
    assertThat(reasonAfter((own, command) -> killAncestor(command, 3)))
        .isEqualTo(ContainerException.Reason.LOST);
  }

  @Test
  void closeIsNoEndOfTheCommand() {
    assertThat(reasonAfter((own, command) -> own.close()))
        .isEqualTo(ContainerException.Reason.CLOSED);
  }
}
