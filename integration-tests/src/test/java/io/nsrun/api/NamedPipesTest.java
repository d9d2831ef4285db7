package io.nsrun.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.container.Await;
import io.nsrun.container.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams that are named pipes, whose start waits for somebody at the other end. */
class NamedPipesTest extends ApiTest {
  @TempDir Path dir;

  private Path pipe;

  @BeforeEach
  void makePipe() {
    pipe = dir.resolve("pipe");
    Command.check(List.of("mkfifo", pipe.toString()));
  }

  /** A start that has begun, in a thread of its own: its monitor is there, and waits. */
  private static final class Start {
    final CompletableFuture<Container> container = new CompletableFuture<>();
    final Thread thread;

    Start(ContainerBuilder builder) {
      long before = ProcessHandle.current().descendants().count();
      thread =
          new Thread(
              () -> {
                try {
                  container.complete(builder.start());
                } catch (ContainerException e) {
                  container.completeExceptionally(e);
                }
              });
      thread.start();
      Await.until("it has a monitor", () -> ProcessHandle.current().descendants().count() > before);
    }

    ContainerException.Reason refusal() {
      Throwable[] thrown = new Throwable[1];
      assertThatThrownBy(() -> container.get(30, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .satisfies(e -> thrown[0] = e.getCause());
      return ((ContainerException) thrown[0]).reason();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoWaitsForTheOtherEndHoldsNobodyUp(boolean input) throws Exception {
    ContainerBuilder builder = sh("cat; echo out");
    Start start =
        new Start(
            input ? builder.redirectInput(pipe.toFile()) : builder.redirectOutput(pipe.toFile()));

    for (int i = 0; i < 3; i++) {
      assertThat(sh("echo other").run().requireSuccess().stdoutText()).isEqualTo("other\n");
    }
    assertThat(start.container).isNotDone();

    if (input) {
      Files.writeString(pipe, "through the pipe\n");
      Container container = start.container.get(30, TimeUnit.SECONDS);
      assertThat(text(container.getInputStream())).isEqualTo("through the pipe\nout\n");
      assertThat(container.waitFor()).isZero();
    } else {
      CompletableFuture<String> read = CompletableFuture.supplyAsync(() -> content(pipe));
      Container container = start.container.get(30, TimeUnit.SECONDS);
      container.getOutputStream().close();
      assertThat(container.waitFor()).isZero();
      assertThat(read.get(30, TimeUnit.SECONDS)).isEqualTo("out\n");
    }
  }

  private static String content(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void interruptEndsTheWait() {
    Start start = new Start(sh("cat").redirectInput(pipe.toFile()));

    start.thread.interrupt();

    assertThat(start.refusal()).isEqualTo(ContainerException.Reason.INTERRUPTED);
  }

  @Test
  void closeOfAllEndsTheWait() throws Exception {
    Containers own = Containers.builder().spares(0).open();
    own.container("true").run().requireSuccess();
    Start start = new Start(own.container("cat").redirectOutput(pipe.toFile()));

    own.close();

    assertThat(start.refusal()).isEqualTo(ContainerException.Reason.CLOSED);
  }
}
