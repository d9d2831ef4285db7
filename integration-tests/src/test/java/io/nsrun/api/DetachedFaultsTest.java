package io.nsrun.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.container.Await;
import io.nsrun.container.Host;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Containers that live on, some process of which is killed at any instant of what is done with
 * them: the launcher, a monitor, an init, a command, an nsinit that enters.
 */
@Timeout(300)
class DetachedFaultsTest {
  /** {@code -Dnsrun.faults=N} for another number. */
  private static final int ROUNDS = Integer.getInteger("nsrun.faults", 200);

  private static final int LONGEST_NANOS = 3_000_000;
  private static final int LONGEST_OF_START_NANOS = 12_000_000;

  /** The launcher is always there, and would be hit half of the time. */
  private static final int LAUNCHER_EVERY = 5;

  private enum Doing {
    START,
    EXEC,
    SIGNAL,
    STOP,
    REMOVE
  }

  @TempDir static Path directory;
  private Containers own;

  @BeforeEach
  void openOwn() throws IOException {
    own = Containers.builder().spares(0).directory(directory.resolve("nsrun")).open();
  }

  @Test
  void whateverIsKilledWheneverNothingHangsAndNothingIsLeft() throws Exception {
    Random random = new Random(1);
    Map<Doing, Map<String, Integer>> counts = new EnumMap<>(Doing.class);
    Map<String, Integer> killed = new TreeMap<>();
    ExecutorService thread = Executors.newSingleThreadExecutor();
    Host host = Host.now();
    Set<Long> before = processes();
    try {
      for (int i = 0; i < ROUNDS; i++) {
        Doing doing = Doing.values()[i % Doing.values().length];
        DetachedContainer container = doing == Doing.START ? null : start("c" + i);
        String name = "c" + i;
        Future<String> told = thread.submit(() -> outcome(doing, name, container));
        LockSupport.parkNanos(
            random.nextInt(doing == Doing.START ? LONGEST_OF_START_NANOS : LONGEST_NANOS));
        killed.merge(killOne(before, random), 1, Integer::sum);
        String outcome = told.get();
        counts
            .computeIfAbsent(doing, any -> new TreeMap<>())
            .merge(outcome + ", " + state(name), 1, Integer::sum);
        for (ContainerState each : own.list()) {
          each.container().removeForcibly();
        }
        Await.until("no process of it is left", () -> isLauncherAtMost(before));
        assertThat(kept()).as("round %d, %s", i, doing).isEmpty();
      }
    } finally {
      thread.shutdownNow();
      own.close();
    }
    System.out.println("killed in " + ROUNDS + " rounds: " + killed);
    counts.forEach((doing, ends) -> System.out.println(doing + ": " + ends));
    Await.until("no process is left", () -> added(before).isEmpty());
    host.assertUnchanged();
  }

  private DetachedContainer start(String name) throws ContainerException {
    return own.container("sleep", "1000").name(name).startDetached();
  }

  /** What came of it: any refusal will do, but no other exception, and no hang. */
  private String outcome(Doing doing, String name, DetachedContainer container)
      throws InterruptedException {
    try {
      switch (doing) {
        case START -> start(name);
        case EXEC -> {
          ContainerResult result = container.exec("echo", "here").run();
          assertThat(result.end().isSuccess() ? result.stdoutText() : "").isIn("here\n", "");
          return result.end().isSuccess() ? "done" : "ended otherwise";
        }
        case SIGNAL -> container.signal(15);
        case STOP -> {
          container.stop(Duration.ofMillis(1));
          assertThat(state(name)).isNotEqualTo("running");
        }
        default -> container.removeForcibly();
      }
      return "done";
    } catch (ContainerException e) {
      assertThat(e.getMessage()).isNotBlank().doesNotContain("Broken pipe");
      return e.reason().toString().toLowerCase(Locale.ROOT);
    }
  }

  private String state(String name) throws ContainerException {
    return own.find(name).isEmpty()
        ? "gone"
        : own.get(name).state().status().toString().toLowerCase(Locale.ROOT);
  }

  /** The name of what was killed, which may be nothing. */
  private static String killOne(Set<Long> before, Random random) {
    List<Long> candidates = new ArrayList<>(added(before));
    if (random.nextInt(LAUNCHER_EVERY) > 0) {
      candidates.removeIf(DetachedFaultsTest::isLauncher);
    }
    if (candidates.isEmpty()) {
      return "nothing";
    }
    long pid = candidates.get(random.nextInt(candidates.size()));
    String name = isLauncher(pid) ? "launcher" : name(pid);
    return ProcessHandle.of(pid).map(ProcessHandle::destroyForcibly).orElse(false)
        ? name
        : "nothing";
  }

  private static boolean isLauncherAtMost(Set<Long> before) {
    return added(before).stream().allMatch(DetachedFaultsTest::isLauncher);
  }

  private static boolean isLauncher(long pid) {
    return ProcessHandle.of(pid)
        .flatMap(ProcessHandle::parent)
        .map(parent -> parent.pid() == ProcessHandle.current().pid())
        .orElse(false);
  }

  /** What came since, but zombies. */
  private static Set<Long> added(Set<Long> before) {
    Set<Long> added = processes();
    added.removeAll(before);
    added.removeIf(pid -> read(pid, "stat").contains(") Z "));
    return added;
  }

  private static Set<Long> processes() {
    return ProcessHandle.allProcesses()
        .map(ProcessHandle::pid)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String name(long pid) {
    return read(pid, "comm").strip();
  }

  private static String read(long pid, String file) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(pid), file));
    } catch (IOException e) {
      return ""; // it has ended
    }
  }

  private static List<Path> kept() {
    try (Stream<Path> all = Files.list(directory.resolve("nsrun/state/containers"))) {
      return all.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
