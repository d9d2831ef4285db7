package io.nsrun.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.container.Await;
import io.nsrun.container.DependsOnJvm;
import io.nsrun.container.Host;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many containers from many threads, some of which are interrupted, killed, closed or left alone by
 * chance: each has one end, and nothing is left of any.
 */
class ManyContainersTest {
  private static final int THREADS = 64;

  /** More than what the JVM keeps for itself, and less than something of each container. */
  private static final long HEAP = 8 << 20;

  /** Of all threads together; more of them by -Dnsrun.test.containers=10000. */
  private static final int CONTAINERS = Integer.getInteger("nsrun.test.containers", 2000);

  private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();

  /** How often the end was told, of each that was started. */
  private final Map<Container, AtomicInteger> told = new ConcurrentHashMap<>();

  private final AtomicLong ends = new AtomicLong();
  private final AtomicLong starts = new AtomicLong();

  private void count(String what) {
    counts.computeIfAbsent(what, key -> new AtomicInteger()).incrementAndGet();
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
    Set<Long> processes = Host.descendants();
    // What is loaded and opened once is there before the count.
    try (Containers first = Containers.open()) {
      first.container("true").run().requireSuccess();
    }
    int open = descriptors();
    long heap = heap();

    try (Containers containers = Containers.builder().listener(new Ends()).open()) {
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
      assertThat(done.await(5 + CONTAINERS / 1000, TimeUnit.MINUTES))
          .as("all threads end")
          .isTrue();
      Await.until("each start has its end", () -> ends.get() == starts.get());
    }

    System.out.printf(
        "%d containers from %s threads: %s%n", CONTAINERS, kind, new TreeMap<>(counts));
    assertThat(counts)
        .containsKeys("ran", "killed", "closed", "monitor killed", "guest killed")
        .doesNotContainKeys("wrong", "refused: HOST", "refused: NOT_STARTED", "refused: INTERNAL");
    assertThat(told.values()).isNotEmpty().allMatch(times -> times.get() == 1);
    assertThat(Host.descendants()).isEqualTo(processes);
    before.assertUnchanged();
    System.gc();
    Await.until("descriptors are closed", () -> descriptors() <= open);
    Await.until("its threads have ended", () -> ownThreads() == 0);
    told.clear();
    Await.until("the heap is as it was", () -> heap() < heap + HEAP);
  }

  /** Counts what is told of each container. */
  private final class Ends implements ContainerListener {
    @Override
    public void started(Container container) {
      told.put(container, new AtomicInteger());
    }

    @Override
    public void ended(Container container, ContainerEnd end) {
      told.get(container).incrementAndGet();
    }
  }

  /** What is in use after a collection. */
  private static long heap() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  /** Those of a launcher and of what prepares containers; those for streams wait for others. */
  private static long ownThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("nsrun "))
        .count();
  }

  private void one(Containers containers, Random random) {
    int what = random.nextInt(100);
    try {
      if (what < 60) {
        String word = Integer.toString(random.nextInt());
        ContainerResult result = containers.container("echo", word).run();
        count(result.stdoutText().equals(word + "\n") ? "ran" : "wrong");
      } else if (what < 70) {
        interrupted(containers, random);
      } else {
        ended(containers, random, what);
      }
    } catch (ContainerException e) {
      // Of those that others have killed the launcher of, or which were interrupted.
      count("refused: " + e.reason());
      if (e.reason() == ContainerException.Reason.HOST
          || e.reason() == ContainerException.Reason.NOT_STARTED
          || e.reason() == ContainerException.Reason.INTERNAL) {
        e.printStackTrace();
      }
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
      // Its launcher was killed before the interrupt came.
      count(container.end().isLost() ? "ended before the interrupt" : "wrong");
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
      } else if (what < 85) {
        count("closed");
      } else if (what < 90) {
        ProcessHandle.of(container.pid()).ifPresent(ProcessHandle::destroyForcibly);
        container.waitFor();
        count("guest killed");
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

  /** Virtual ones, where this JDK has some. */
  private static ExecutorService executor() throws ReflectiveOperationException {
    return threads("virtual") == null
        ? Executors.newCachedThreadPool()
        : (ExecutorService)
            Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
  }

  private static int kernelThreads() {
    return new File("/proc/self/task").list().length;
  }

  @DependsOnJvm
  @Test
  void fiveHundredAliveAtOnceHaveNoThreadEachAndAThousandReadersStopNobody() throws Exception {
    ExecutorService threads = executor();
    List<Future<Integer>> reads = new ArrayList<>();
    try (Containers containers = Containers.open()) {
      containers.container("true").run().requireSuccess();
      int active = Thread.activeCount();
      List<Container> all = new ArrayList<>();
      long begin = System.nanoTime();
      for (int i = 0; i < 500; i++) {
        Container container = containers.container("sleep", "1000").start();
        follow(container);
        all.add(container);
      }
      System.out.printf("500 started in %d ms%n", (System.nanoTime() - begin) / 1_000_000);

      assertThat(Thread.activeCount()).isLessThan(active + 20);

      int running = kernelThreads();
      for (Container container : all) {
        reads.add(threads.submit(() -> container.getInputStream().read()));
        reads.add(threads.submit(() -> container.getErrorStream().read()));
      }
      Await.until("all wait for output", () -> kernelThreads() >= running + 1000 - 20);
      Callable<String> other = () -> containers.container("echo", "other").run().stdoutText();
      assertThat(threads.submit(other).get(60, TimeUnit.SECONDS)).isEqualTo("other\n");
      assertThat(reads).noneMatch(Future::isDone);
    } finally {
      threads.shutdown();
    }
    for (Future<Integer> read : reads) {
      assertThat(read.get(60, TimeUnit.SECONDS)).isEqualTo(-1);
    }
    Await.until("each start has its end", () -> ends.get() == starts.get());
    assertThat(ends.get()).isEqualTo(500);
  }
}
