package io.nsrun.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.container.Await;
import io.nsrun.container.DependsOnJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher is killed while containers are being started: no start fails for it. */
@DependsOnJvm
class LauncherDeathTest extends ApiTest {
  private static final int THREADS = 6;
  private static final int DEATHS = 25;

  @TempDir Path dir;

  private static List<ProcessHandle> children() {
    return ProcessHandle.current().children().toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void startsUnderWayBeginAgainUnlessTheirCommandHasRun(int spares) throws Exception {
    Files.createDirectory(dir.resolve("ran"));
    AtomicBoolean enough = new AtomicBoolean();
    AtomicInteger starts = new AtomicInteger();
    AtomicInteger lost = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    List<Future<Void>> workers = new ArrayList<>();
    CountDownLatch ready = new CountDownLatch(THREADS);
    // Among them the launcher of others.
    List<ProcessHandle> before = children();
    try (Containers own = Containers.builder().spares(spares).open()) {
      for (int i = 0; i < THREADS; i++) {
        workers.add(
            threads.submit(
                () -> {
                  while (!enough.get()) {
                    String word = "c" + starts.incrementAndGet();
                    run(own, word, lost);
                    ready.countDown();
                  }
                  return null;
                }));
      }
      ready.await();
      Random random = new Random(1);
      for (int i = 0; i < DEATHS; i++) {
        // So that each start sees one death at most.
        int begun = starts.get();
        Await.until("others have started", () -> starts.get() >= begun + 2 * THREADS);
        LockSupport.parkNanos(random.nextInt(3_000_000));
        children().stream()
            .filter(child -> !before.contains(child))
            .forEach(ProcessHandle::destroyForcibly);
      }
      enough.set(true);
      for (Future<Void> worker : workers) {
        worker.get();
      }
    } finally {
      enough.set(true);
      threads.shutdown();
    }
    System.out.printf(
        "spares %d: %d starts, %d launchers killed, %d containers with them%n",
        spares, starts.get(), DEATHS, lost.get());
    assertThat(lost.get()).isLessThanOrEqualTo(DEATHS * THREADS);
  }

  /** It leaves a line in a file of its own each time that it runs. */
  private void run(Containers own, String word, AtomicInteger lost) throws Exception {
    try (Container container =
        own.container("sh", "-c", "echo ran >>/ran/$0", word)
            .mount(Mount.writable(dir.resolve("ran"), "/ran"))
            .start()) {
      container.waitFor();
      Path file = dir.resolve("ran").resolve(word);
      List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
      if (container.end().isSuccess()) {
        assertThat(lines).as(word).containsExactly("ran");
      } else {
        assertThat(lines.size()).as(word).isLessThanOrEqualTo(1);
        lost.incrementAndGet();
      }
    }
  }
}
