package io.nsrun.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.container.Await;
import io.nsrun.container.DependsOnJvm;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many containers, and what holds for all of them. */
@DependsOnJvm
class ContainersTest extends ApiTest {
  @TempDir Path dir;

  /** Hears all, as text. */
  private static final class Heard implements ContainerListener {
    final List<String> events = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void started(Container container) {
      events.add(container.name() + " started");
    }

    @Override
    public void ended(Container container, ContainerEnd end) {
      assertThat(container.end()).isSameAs(end);
      events.add(container.name() + " ended: " + end);
    }

    @Override
    public void warning(String container, String message) {
      events.add(container + " warning: " + message);
    }
  }

  @Test
  void listenerHearsOfEachStartAndEachEnd() throws Exception {
    Heard heard = new Heard();
    try (Containers own = Containers.builder().listener(heard).open()) {
      own.container("sh", "-c", "exit 3").name("first").start().waitFor();
      own.container("sleep", "60").name("second").start();
      assertThatThrownBy(() -> own.container("nosuch").name("third").start())
          .isInstanceOf(ContainerException.class);
    }
    assertThat(heard.events)
        .containsExactly(
            "first started",
            "first ended: exited with code 3",
            "second started",
            "second ended: killed by SIGKILL");
  }

  @Test
  void listenerHearsWhatIsOdd() throws Exception {
    Heard heard = new Heard();
    Path profile =
        Files.writeString(
            dir.resolve("profile.json"),
            "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"nosuchcall\"],"
                + "\"action\":\"SCMP_ACT_ERRNO\"}]}");
    try (Containers own = Containers.builder().listener(heard).open()) {
      own.container("true")
          .name("odd")
          .security(Security.standard().seccomp(SeccompProfile.file(profile)))
          .run()
          .requireSuccess();
    }
    assertThat(heard.events)
        .hasSize(3)
        .anyMatch(event -> event.startsWith("odd warning: ") && event.contains("nosuchcall"));
  }

  @Test
  void listenerThatFailsHarmsNothing() throws Exception {
    ContainerListener failing =
        new ContainerListener() {
          @Override
          public void started(Container container) {
            throw new IllegalStateException("on purpose");
          }

          @Override
          public void ended(Container container, ContainerEnd end) {
            throw new IllegalStateException("on purpose");
          }
        };
    try (Containers own = Containers.builder().listener(failing).open()) {
      Container container = own.container("true").start();
      assertThat(container.onExit().get(30, TimeUnit.SECONDS).exitValue()).isZero();
    }
  }

  @Test
  void listenerMayCloseAll() throws Exception {
    CompletableFuture<Boolean> closed = new CompletableFuture<>();
    Containers[] own = new Containers[1];
    ContainerListener closing =
        new ContainerListener() {
          @Override
          public void ended(Container container, ContainerEnd end) {
            own[0].close();
            closed.complete(true);
          }
        };
    own[0] = Containers.builder().listener(closing).open();
    own[0].container("sleep", "60").start();
    own[0].container("true").start();
    assertThat(closed.get(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void closeEndsAllContainers() throws Exception {
    Containers own = Containers.open();
    List<Container> all = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      all.add(own.container("sleep", "60").start());
    }
    own.close();
    assertThat(all).noneMatch(Container::isAlive).allMatch(each -> each.exitValue() == 137);
    own.close();
  }

  @Test
  void closeEndsWhatIsAboutToStart() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      for (int round = 0; round < 5; round++) {
        Containers own = Containers.open();
        List<Future<Container>> starts = new ArrayList<>();
        // The more are started, the further are the others.
        CountDownLatch started = new CountDownLatch(round);
        for (int i = 0; i < 8; i++) {
          starts.add(
              threads.submit(
                  () -> {
                    Container container = own.container("sleep", "60").start();
                    started.countDown();
                    return container;
                  }));
        }
        started.await();
        own.close();
        for (Future<Container> start : starts) {
          try {
            Container container = start.get();
            assertThat(container.waitFor()).isNotZero();
          } catch (ExecutionException e) {
            assertThat(e.getCause())
                .isInstanceOfSatisfying(
                    ContainerException.class,
                    thrown ->
                        assertThat(thrown.reason()).isEqualTo(ContainerException.Reason.CLOSED));
          }
        }
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void hundredContainersLiveAtOnce() throws Exception {
    int count = 100;
    ExecutorService threads = Executors.newFixedThreadPool(8);
    AtomicInteger exits = new AtomicInteger();
    try {
      List<Future<Container>> starts = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        String number = Integer.toString(i);
        starts.add(threads.submit(() -> sh("read -r x; echo $1:$x; exit $1", number).start()));
      }
      List<Container> all = new ArrayList<>();
      for (Future<Container> start : starts) {
        all.add(start.get());
      }
      assertThat(all).allMatch(Container::isAlive);
      assertThat(all.stream().map(Container::pid).distinct()).hasSize(count);
      List<CompletableFuture<Process>> ends = new ArrayList<>();
      for (Container container : all) {
        ends.add(container.onExit().whenComplete((process, thrown) -> exits.incrementAndGet()));
        container.getOutputStream().write("hello\n".getBytes(StandardCharsets.US_ASCII));
        container.getOutputStream().flush();
      }
      for (int i = 0; i < count; i++) {
        assertThat(text(all.get(i).getInputStream())).isEqualTo(i + ":hello\n");
        assertThat(all.get(i).waitFor()).isEqualTo(i);
      }
      CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
      assertThat(exits).hasValue(count);
      all.forEach(Container::close);
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void neitherDescriptorsNorThreadsAreLeft() throws Exception {
    sh("true").run();
    System.gc();
    int descriptors = descriptors();
    for (int i = 0; i < 30; i++) {
      try (Container container = sh("echo x").start()) {
        if (i % 2 == 0) {
          container.waitFor();
        }
      }
      assertThatThrownBy(() -> containers.container("nosuch").start())
          .isInstanceOf(ContainerException.class);
    }
    awaitDescriptors(descriptors);
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        // Those of the library that wait for more work are no container's.
        .noneMatch(name -> name.matches("container (?!stream|question).*"));
  }

  @Test
  void whoeverTakesAContainerForAProcessNeedNotCloseIt() throws Exception {
    sh("true").run();
    int descriptors = descriptors();
    List<Container> ended = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      Container container = sh("echo out; echo err >&2").start();
      container.waitFor();
      ended.add(container);
    }
    awaitDescriptors(descriptors);
    for (Container container : ended) {
      assertThat(text(container.getInputStream())).isEqualTo("out\n");
      assertThat(text(container.getErrorStream())).isEqualTo("err\n");
      assertThat(container.getInputStream().read()).isEqualTo(-1);
      container.close();
    }
  }

  /** Whoever ends containers closes their streams after it has told the end. */
  private static void awaitDescriptors(int most) {
    Await.until("there are " + most + " descriptors again", () -> descriptors() <= most);
  }

  private static int descriptors() {
    return new File("/proc/self/fd").list().length;
  }

  @Test
  void nameIsOnesAloneWhileItLives() throws Exception {
    try (Container first = sh("read -r go").name("only").start()) {
      assertThatThrownBy(() -> sh("true").name("only").start())
          .isInstanceOfSatisfying(
              ContainerException.class,
              e -> {
                assertThat(e)
                    .hasMessage(
                        "the name only is in use by a running container\n"
                            + "  choose another name(...)");
                assertThat(e.reason()).isEqualTo(ContainerException.Reason.HOST);
              });
      first.getOutputStream().close();
      first.waitFor();
    }
    assertThat(sh("exit 0").name("only").run().isSuccess()).isTrue();
  }

  @Test
  void whatStaysOnDiskIsWhereItWasAskedFor() throws Exception {
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (Containers own = Containers.builder().directory(dir.resolve("home")).open()) {
      own.container("true").run().requireSuccess();
    }
    assertThat(dir.resolve("home/data/rootfs")).isNotEmptyDirectory();
    assertThat(dir.resolve("home/cache")).isNotEmptyDirectory();
    assertThat(new ProcessBuilder("rm", "-rf", dir.resolve("home").toString()).start().waitFor())
        .isZero();
  }

  @Test
  void interruptsOfManyStartsLeaveNothing() throws Exception {
    ConcurrentHashMap<ContainerException.Reason, Integer> reasons = new ConcurrentHashMap<>();
    sh("true").run();
    int descriptors = descriptors();
    for (int i = 0; i < 40; i++) {
      CompletableFuture<Container> result = new CompletableFuture<>();
      Thread thread =
          new Thread(
              () -> {
                try {
                  result.complete(sh("sleep 60").start());
                } catch (IOException e) {
                  if (Thread.currentThread().isInterrupted()) {
                    result.completeExceptionally(e);
                  }
                }
              });
      thread.start();
      // Each time at another moment of the start; nothing tells of these.
      LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(250) * i);
      thread.interrupt();
      try {
        result.get(30, TimeUnit.SECONDS).close();
      } catch (ExecutionException e) {
        reasons.merge(((ContainerException) e.getCause()).reason(), 1, Integer::sum);
      }
    }
    assertThat(reasons).containsOnlyKeys(ContainerException.Reason.INTERRUPTED);
    awaitDescriptors(descriptors);
  }
}
