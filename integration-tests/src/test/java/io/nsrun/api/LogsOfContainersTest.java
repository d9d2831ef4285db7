package io.nsrun.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.api.ContainerException.Reason;
import io.nsrun.container.DependsOnJvm;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What containers that live on have written, as the library reads it. */
@DependsOnJvm
class LogsOfContainersTest extends LivingOnApiTest {
  @Test
  void oneWithoutALogSaysSo() throws Exception {
    DetachedContainer container =
        script("echo lost").name("a").startDetached(DetachSettings.standard().log(false));

    assertThat(container.waitFor()).isZero();
    assertThatThrown(
        () -> container.logs().lines(),
        Reason.STATE,
        "container a keeps no log\n  it was started without one");
  }

  @Test
  void linesHaveTheirSourceAndTime() throws Exception {
    Instant before = Instant.now();
    DetachedContainer container =
        script("echo out; sleep 0.01; printf 'err\\377' >&2").startDetached();
    container.waitFor();

    List<LogLine> lines;
    try (Stream<LogLine> all = container.logs().lines()) {
      lines = all.toList();
    }
    assertThat(lines)
        .extracting(LogLine::source)
        .containsExactly(LogLine.Source.STDOUT, LogLine.Source.STDERR);
    assertThat(lines).extracting(LogLine::text).containsExactly("out", "err\ufffd");
    assertThat(lines).extracting(LogLine::isComplete).containsExactly(true, false);
    assertThat(lines.get(1).bytes()).endsWith((byte) 0xff);
    assertThat(lines.get(0).time()).isBetween(before, lines.get(1).time());
    try (Stream<LogLine> late = container.logs().since(lines.get(1).time()).lines()) {
      assertThat(late).hasSize(1);
    }
    try (Stream<LogLine> early = container.logs().until(lines.get(0).time()).lines()) {
      assertThat(early).hasSize(1);
    }
    try (Stream<LogLine> last = container.logs().tail(1).lines()) {
      assertThat(last.map(LogLine::source)).containsExactly(LogLine.Source.STDERR);
    }
    try (Stream<LogLine> none = container.logs().tail(0).follow()) {
      assertThat(none).isEmpty();
    }
  }

  @Test
  void followingEndsWithTheContainer() throws Exception {
    DetachedContainer container = ready("a");
    CompletableFuture<List<String>> followed = new CompletableFuture<>();
    CountDownLatch first = new CountDownLatch(1);
    Thread thread = new Thread(() -> followed.complete(follow(container, first)));
    thread.start();
    assertThat(first.await(30, TimeUnit.SECONDS)).isTrue();

    container.stop();

    assertThat(followed.get(30, TimeUnit.SECONDS)).containsExactly("ready", "bye");
  }

  private static List<String> follow(DetachedContainer container, CountDownLatch first) {
    List<String> lines = new ArrayList<>();
    try (Stream<LogLine> all = container.logs().follow()) {
      all.forEach(
          line -> {
            lines.add(line.text());
            first.countDown();
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return lines;
  }

  @Test
  void followingEndsWhereAnotherThreadClosesIt() throws Exception {
    DetachedContainer container = ready("a");
    // More often than a monitor has places for those that wait.
    for (int i = 0; i < 70; i++) {
      CountDownLatch first = new CountDownLatch(1);
      CompletableFuture<Long> count = new CompletableFuture<>();
      try (Stream<LogLine> all = container.logs().follow()) {
        Thread thread =
            new Thread(() -> count.complete(all.peek(line -> first.countDown()).count()));
        thread.start();
        assertThat(first.await(30, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(count.get(30, TimeUnit.SECONDS)).isEqualTo(1);
    }
    assertThat(container.stop(Duration.ofSeconds(30)).exitCode()).isEqualTo(3);
  }

  @Test
  void interruptOfWhoFollowsIsTold() throws Exception {
    DetachedContainer container = ready("a");
    Thread following = Thread.currentThread();

    try (Stream<LogLine> all = container.logs().follow()) {
      assertThatThrownBy(() -> all.forEach(line -> following.interrupt()))
          .isInstanceOf(UncheckedIOException.class)
          .hasCauseInstanceOf(InterruptedIOException.class);
    }
    assertThat(Thread.interrupted()).isTrue();
  }
}
