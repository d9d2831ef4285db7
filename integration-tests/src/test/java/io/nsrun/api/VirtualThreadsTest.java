package io.nsrun.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nsrun.container.DependsOnJvm;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Virtual threads may wait for containers and their streams: others go on. */
@DependsOnJvm
class VirtualThreadsTest extends ApiTest {
  private static final int MEBI = 1 << 20;

  private ExecutorService threads;

  @BeforeEach
  void makeThreads() throws Exception {
    assumeTrue(Runtime.version().feature() >= 21, "this JDK has no virtual threads");
    threads =
        (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
  }

  @AfterEach
  void endThreads() {
    if (threads != null) {
      threads.shutdownNow();
    }
  }

  @Test
  void threadsThatWaitForOutputStopNoOther() throws Exception {
    int count = 20;
    List<Container> all = new ArrayList<>();
    List<Future<String>> lines = new ArrayList<>();
    CountDownLatch reading = new CountDownLatch(2 * count);
    for (int i = 0; i < count; i++) {
      Container container = sh("read -r go; echo out; echo out >&2; read -r go").start();
      all.add(container);
      for (var stream : List.of(container.getInputStream(), container.getErrorStream())) {
        lines.add(
            threads.submit(
                () -> {
                  reading.countDown();
                  byte[] line = new byte[4];
                  return new String(
                      line, 0, stream.readNBytes(line, 0, 4), StandardCharsets.US_ASCII);
                }));
      }
    }
    assertThat(reading.await(30, TimeUnit.SECONDS)).isTrue();
    Callable<String> other = () -> sh("echo other").run().stdoutText();
    assertThat(threads.submit(other).get(30, TimeUnit.SECONDS)).isEqualTo("other\n");
    assertThat(lines).noneMatch(Future::isDone);
    for (Container container : all) {
      container.getOutputStream().write('\n');
      container.getOutputStream().flush();
    }
    for (Future<String> line : lines) {
      assertThat(line.get(30, TimeUnit.SECONDS)).isEqualTo("out\n");
    }
    all.forEach(Container::close);
  }

  @Test
  void threadsThatWaitForRoomStopNoOther() throws Exception {
    int count = 10;
    List<Container> all = new ArrayList<>();
    List<Future<Boolean>> written = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Container container = sh("echo up; while true; do sleep 1; done").start();
      line(container);
      all.add(container);
      written.add(
          threads.submit(
              () -> {
                OutputStream out = container.getOutputStream();
                out.write(new byte[MEBI]);
                out.flush();
                return true;
              }));
    }
    Callable<String> other = () -> sh("echo other").run().stdoutText();
    assertThat(threads.submit(other).get(30, TimeUnit.SECONDS)).isEqualTo("other\n");
    assertThat(written).noneMatch(Future::isDone);
    all.forEach(Container::close);
    for (Future<Boolean> each : written) {
      assertThat(each).failsWithin(Duration.ofSeconds(30));
    }
  }

  @Test
  void threadsThatWaitForAnEndStopNoOther() throws Exception {
    List<Future<Integer>> ends = new ArrayList<>();
    List<Container> all = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      Container container = sh("read -r go; exit 4").start();
      all.add(container);
      ends.add(threads.submit(() -> container.waitFor()));
    }
    Callable<Integer> other = () -> sh("exit 3").start().waitFor();
    assertThat(threads.submit(other).get(30, TimeUnit.SECONDS)).isEqualTo(3);
    for (Container container : all) {
      container.getOutputStream().close();
    }
    for (Future<Integer> end : ends) {
      assertThat(end.get(30, TimeUnit.SECONDS)).isEqualTo(4);
    }
  }

  @Test
  void hundredVirtualThreadsRunContainers() throws Exception {
    List<Future<String>> results = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      String number = Integer.toString(i);
      results.add(
          threads.submit(
              () ->
                  sh("cat; echo $1", number).run(new byte[] {'>'}).requireSuccess().stdoutText()));
    }
    for (int i = 0; i < results.size(); i++) {
      assertThat(results.get(i).get(60, TimeUnit.SECONDS)).isEqualTo(">" + i + "\n");
    }
  }
}
