package io.nsrun.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.state.LockedDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ContainerMonitorTest {
  @TempDir Path directory;

  private End listen() {
    try {
      return new ContainerMonitor(directory).listen(null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its init has the lock for a moment longer. */
  @Test
  void theEndOfOneWhoseMonitorWasKilledIsThatOfItsLastProcess() throws Exception {
    Files.setAttribute(directory, "unix:mode", 0700);
    CompletableFuture<End> end = new CompletableFuture<>();
    Thread waiting = new Thread(() -> end.complete(listen()));
    try (LockedDirectory last = LockedDirectory.tryAcquire(directory)) {
      assertThat(last).isNotNull();
      waiting.start();
      while (waiting.isAlive() && waiting.getState() != Thread.State.TIMED_WAITING) {
        Thread.onSpinWait();
      }
      assertThat(end).isNotDone();
    }

    assertThat(end.get(30, TimeUnit.SECONDS).kind()).isEqualTo(End.Kind.LOST);
  }

  @Test
  void ofOneThatIsNotThereThereIsNoEnd() throws IOException {
    Files.delete(directory);

    assertThat(listen()).isNull();
    Files.createDirectory(directory);
  }
}
