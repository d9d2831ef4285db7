package io.nsrun.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.container.Await;
import io.nsrun.container.DependsOnJvm;
import io.nsrun.container.Host;
import java.io.File;
import java.io.IOException;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many containers from many threads, some of which are interrupted, killed, closed or left alone by
 * chance: each has one end, and nothing is left of any.
 */
class ManyContainersTest {
  private static final int THREADS = 64;

  /** Of all threads together; more of them by -Dnsrun.test.containers=10000. */
  private static final int CONTAINERS = Integer.getInteger("nsrun.test.containers", 2000);

  private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
  private final AtomicLong ends = new AtomicLong();
  private final AtomicLong starts = new AtomicLong();

  private void count(String what) {
    counts.computeIfAbsent(what, key -> new AtomicInteger()).incrementAndGet();
  }

  private static Set<Long> descendants() {
    return ProcessHandle.current()
        .descendants()
        .map(ProcessHandle::pid)
        .collect(Collectors.toSet());
  }

  private static int descriptors() {
    String[] numbers = new File("/proc/self/fd").list();
    return numbers == null ? -1 : numbers.length;
  }

  /** Null where this JDK has no virtual ones. */
  private static ThreadFactory threads(String kind) {
    if (kind.equals("platform")) {
      return Thread::new;
    }
    try {
      Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
      Class<?> type = Class.forName("java.lang.Thread$Builder");
      return (ThreadFactory) type.getMethod("factory").invoke(builder);
    } catch (ReflectiveOperationException e) {
      return null;
    }
  }

  @DependsOnJvm
  @ParameterizedTest
  @ValueSource(strings = {"platform", "virtual"})
  void eachHasOneEndAndNothingIsLeft(String kind) throws Exception {
    ThreadFactory threads = threads(kind);
    if (threads == null) {
      return; // this JDK has none: there is nothing to test
    }
    Host before = Host.now();
    Set<Long> processes = descendants();
    // What is loaded and opened once is there before the count.
    try (Containers first = Containers.open()) {
      first.container("true").run().requireSuccess();
    }
    int open = descriptors();

    try (Containers containers = Containers.open()) {
      AtomicInteger left = new AtomicInteger(CONTAINERS);
      CountDownLatch done = new CountDownLatch(THREADS);
      for (int i = 0; i < THREADS; i++) {
        Random random = new Random(i);
        threads
            .newThread(
                () -> {
                  while (left.getAndDecrement() > 0) {
                    one(containers, random);
                  }
                  done.countDown();
                })
            .start();
      }
      assertThat(done.await(5, TimeUnit.MINUTES)).as("all threads end").isTrue();
      Await.until("each start has its end", () -> ends.get() == starts.get());
    }

    System.out.println("containers from " + kind + " threads: " + new TreeMap<>(counts));
    assertThat(counts).containsKeys("ran", "killed", "closed", "monitor killed");
    assertThat(counts).doesNotContainKey("wrong");
    assertThat(descendants()).isEqualTo(processes);
    before.assertUnchanged();
    System.gc();
    Await.until("descriptors are closed", () -> descriptors() <= open);
  }

  private void one(Containers containers, Random random) {
    int what = random.nextInt(100);
    try {
      if (what < 60) {
        String word = Integer.toString(random.nextInt());
        ContainerResult result = containers.container("echo", word).run();
        count(result.stdoutText().equals(word + "\n") ? "ran" : "lost");
      } else if (what < 70) {
        interrupted(containers, random);
      } else {
        ended(containers, random, what);
      }
    } catch (ContainerException e) {
      // Of those that others have killed the launcher of, or which were interrupted.
      count("not started: " + e.reason());
    } catch (InterruptedException e) {
      count("interrupted");
    } catch (IOException | RuntimeException | AssertionError e) {
      e.printStackTrace();
      count("wrong");
    }
  }

  private void interrupted(Containers containers, Random random) throws ContainerException {
    Thread self = Thread.currentThread();
    long nanos = random.nextInt(3_000_000);
    Thread other =
        new Thread(
            () -> {
              LockSupport.parkNanos(nanos);
              self.interrupt();
            });
    other.start();
    try (Container container = containers.container("sleep", "1000").start()) {
      follow(container);
      container.waitFor();
      count("wrong");
    } catch (InterruptedException e) {
      count("interrupted");
    } finally {
      join(other);
      // Ours, wherever it came.
      Thread.interrupted();
    }
  }

  private static void join(Thread thread) {
    boolean interrupted = true;
    while (interrupted) {
      try {
        thread.join();
        interrupted = false;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
  }

  private void follow(Container container) {
    starts.incrementAndGet();
    @SuppressWarnings("unused")
    var counted = container.onExit().thenRun(ends::incrementAndGet);
  }

  private void ended(Containers containers, Random random, int what)
      throws ContainerException, InterruptedException, IOException {
    try (Container container =
        containers.container("sh", "-c", "yes | head -c 100000; sleep 1000").start()) {
      follow(container);
      if (what < 80) {
        container.destroyForcibly();
        container.waitFor();
        count("killed");
      } else if (what < 90) {
        count("closed");
      } else if (what < 98) {
        ProcessHandle.of(container.pid())
            .flatMap(ProcessHandle::parent)
            .flatMap(ProcessHandle::parent)
            .filter(monitor -> monitor.pid() != ProcessHandle.current().pid())
            .ifPresent(ProcessHandle::destroyForcibly);
        container.waitFor();
        count("monitor killed");
      } else if (random.nextInt(20) == 0) {
        ProcessHandle.current().children().forEach(ProcessHandle::destroyForcibly);
        container.waitFor();
        count("launcher killed");
      } else {
        container.destroy();
        container.waitFor();
        count("terminated");
      }
    }
  }

  @Test
  void fiveHundredAliveAtOnceHaveNoThreadEach() throws Exception {
    try (Containers containers = Containers.open()) {
      containers.container("true").run().requireSuccess();
      int threads = Thread.activeCount();
      long begin = System.nanoTime();
      for (int i = 0; i < 500; i++) {
        follow(containers.container("sleep", "1000").start());
      }
      System.out.printf("500 started in %d ms%n", (System.nanoTime() - begin) / 1_000_000);

      assertThat(Thread.activeCount()).isLessThan(threads + 20);
    }
    Await.until("each start has its end", () -> ends.get() == starts.get());
    assertThat(ends.get()).isEqualTo(500);
  }
}
