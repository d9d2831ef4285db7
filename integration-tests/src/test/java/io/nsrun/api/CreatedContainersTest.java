package io.nsrun.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.api.ContainerException.Reason;
import io.nsrun.api.ContainerState.Status;
import io.nsrun.container.Await;
import io.nsrun.container.Caller;
import io.nsrun.container.DependsOnJvm;
import io.nsrun.container.Nsrun;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the library alone has of containers that are created, and started again. */
@DependsOnJvm
class CreatedContainersTest extends LivingOnApiTest {
  private static final String UNTIL_TOLD =
      "trap 'exit 3' TERM; echo ready; while :; do sleep 0.1; done";

  private static final int CLOSES = 30;

  /** As it was, or killed as soon as it ran. */
  private static final List<Status> NOT_RUNNING = List.of(Status.CREATED, Status.DEAD);

  private static Containers openOther() {
    return Containers.builder().spares(0).directory(directory.resolve("nsrun")).open();
  }

  private static Status status(DetachedContainer container) throws ContainerException {
    return container.state().status();
  }

  private static void assertThatItThrows(ContainerCall call, Reason reason) {
    assertThatThrownBy(call::call)
        .isInstanceOfSatisfying(
            ContainerException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  /** What a test does. */
  private interface ContainerCall {
    void call() throws Exception;
  }

  @Test
  void itIsTheCommandLinesToo() throws Exception {
    DetachedContainer made = script("echo made; exit 4").name("a").create();
    ContainerState state = made.state();
    assertThat(state.status()).isEqualTo(Status.CREATED);
    assertThat(state.isAlive()).isFalse();
    assertThat(state.startedAt()).isEmpty();
    assertThat(state.end()).isEmpty();
    Nsrun nsrun = Nsrun.as(Caller.ROOT).env("NSRUN_HOME", directory.resolve("nsrun").toString());

    nsrun.nsrun("start", "a").orFail();
    assertThat(made.waitFor()).isEqualTo(4);
    nsrun.nsrun("create", "--name=b", "busybox", "sh", "-c", "exit 5").orFail();
    own.get("b").start();

    assertThat(nsrun.nsrun("wait", "b").text()).isEqualTo("5");
  }

  @Test
  void aBuilderMakesOne() throws Exception {
    ContainerBuilder builder = script("true");
    builder.create();

    assertThatItThrows(builder::create, Reason.USED);
    assertThatItThrows(builder::startDetached, Reason.USED);
  }

  @Test
  void whatIsWrongWithItIsToldTogether() {
    assertThatThrownBy(() -> script("true").hostname("").umask(01000).create())
        .isInstanceOfSatisfying(ContainerException.class, e -> assertThat(e.problems()).hasSize(2));
  }

  @Test
  void aFutureOfTheEndIsOfTheTimeThatItWasAskedIn() throws Exception {
    DetachedContainer container = script(UNTIL_TOLD).startDetached();
    for (int i = 0; i < 5; i++) {
      CompletableFuture<ContainerEnd> before = container.onExit();

      container.restart(Duration.ZERO);

      CompletableFuture<ContainerEnd> after = container.onExit();
      assertThat(before.get(30, TimeUnit.SECONDS).exitCode()).isEqualTo(137);
      assertThat(after).isNotDone();
    }
  }

  @Test
  void itStartsAgainByItselfIfItIsToldTo() throws Exception {
    DetachedContainer container =
        script("exit 3")
            .startDetached(DetachSettings.standard().restart(RestartPolicy.onFailure(2)));

    Await.until(
        "it has ended",
        () -> {
          try {
            return status(container) == Status.EXITED;
          } catch (ContainerException e) {
            throw new IllegalStateException(e);
          }
        });

    assertThat(container.state().restarts()).isEqualTo(2);
    assertThat(container.state().end().orElseThrow().exitCode()).isEqualTo(3);
    assertThat(RestartPolicy.onFailure(2)).hasToString("on-failure:2");
    assertThatThrownBy(() -> RestartPolicy.onFailure(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("0 is out of range; use 1 or more");
  }

  @Test
  void whatIsRemovedAtItsEndDoesNotStartAgain() {
    DetachSettings settings =
        DetachSettings.standard().removedAtEnd(true).restart(RestartPolicy.always());

    assertThatThrownBy(() -> script("true").create(settings))
        .isInstanceOfSatisfying(
            ContainerException.class,
            e ->
                assertThat(e.problems())
                    .containsExactly(
                        "DetachSettings.restart(...): what is removed when it ends can't start"
                            + " again (leave one of removedAtEnd and restart out)"));
  }

  @Test
  void timesThatAreOutOfRangeAreRefused() throws Exception {
    DetachedContainer container = script(UNTIL_TOLD).startDetached();

    assertThatThrownBy(() -> container.restart(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("restart: PT-0.001S is out of range");
    assertThat(container.state().isAlive()).isTrue();
  }

  @Test
  void closedContainersStartNothingAndStopNothingForIt() throws Exception {
    Containers other = openOther();
    DetachedContainer running = other.container("sleep", "1000").startDetached();
    DetachedContainer made = other.container("true").create();
    other.close();

    assertThatItThrows(made::start, Reason.CLOSED);
    assertThatItThrows(running::restart, Reason.CLOSED);
    assertThatItThrows(() -> other.container("true").create(), Reason.CLOSED);

    assertThat(status(made)).isEqualTo(Status.CREATED);
    assertThat(status(running)).isEqualTo(Status.RUNNING);
  }

  @Test
  void interruptOfWhoStartsItLeavesItAsItWasOrStarted() throws Exception {
    DetachedContainer container = script(UNTIL_TOLD).create();
    Thread.currentThread().interrupt();

    assertThatItThrows(container::start, Reason.INTERRUPTED);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(status(container))
        .isIn(Status.CREATED, Status.CREATING, Status.RUNNING, Status.DEAD);
    Await.until("it can be started", () -> starts(container));
    assertThat(container.stop(Duration.ZERO).exitCode()).isEqualTo(137);
  }

  private static boolean starts(DetachedContainer container) {
    try {
      container.start();
      return true;
    } catch (ContainerException e) {
      return false;
    }
  }

  @Test
  void interruptOfWhoMakesItLeavesNothing() throws Exception {
    Thread.currentThread().interrupt();

    assertThatItThrows(() -> script(UNTIL_TOLD).create(), Reason.INTERRUPTED);

    assertThat(Thread.interrupted()).isTrue();
    Await.until("nothing is left", CreatedContainersTest::isNothingThere);
  }

  private static boolean isNothingThere() {
    try {
      return own.list().isEmpty();
    } catch (ContainerException e) {
      return false;
    }
  }

  @Test
  void interruptOfWhoRestartsItStopsItAndStartsNothing() throws Exception {
    DetachedContainer container = script(UNTIL_TOLD).startDetached();
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> container.restart(Duration.ZERO))
        .isInstanceOf(InterruptedException.class);

    assertThat(container.waitFor()).isEqualTo(137);
    assertThat(status(container)).isEqualTo(Status.EXITED);
  }

  /** At any instant of a start. */
  @Test
  void whoStartsItWhileContainersAreClosedIsToldOrItRuns() throws Exception {
    DetachedContainer first = own.container("sleep", "1000").create();
    long begin = System.nanoTime();
    first.start();
    long whole = System.nanoTime() - begin;
    for (int i = 0; i < CLOSES; i++) {
      Containers other = openOther();
      DetachedContainer container = other.container("sleep", "1000").create();
      CompletableFuture<Object> started =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  container.start();
                  return Status.RUNNING;
                } catch (ContainerException e) {
                  return e.reason();
                }
              });
      DetachedContainersTest.elapse(started, whole * i / CLOSES);

      other.close();

      Object what = started.get(30, TimeUnit.SECONDS);
      assertThat(what).isIn(Status.RUNNING, Reason.CLOSED);
      assertThat(status(container))
          .isIn(what == Reason.CLOSED ? NOT_RUNNING : List.of(Status.RUNNING, Status.DEAD));
      container.removeForcibly();
    }
  }

  @Test
  void whatHasEndedIsRemovedAndWhatNobodyUsesIsPruned() throws Exception {
    Nsrun nsrun = Nsrun.as(Caller.ROOT).env("NSRUN_HOME", directory.resolve("nsrun").toString());
    DetachedContainer ended = script("true").name("ended").startDetached();
    ended.waitFor();
    DetachedContainer made = script("true").name("made").create();

    assertThat(own.removeEnded()).containsExactly(ended);
    assertThat(own.removeEnded()).isEmpty();
    assertThat(own.list()).extracting(ContainerState::container).containsExactly(made);
    assertThat(own.prune()).as("all is in use").isEqualTo(DataSize.ofBytes(0));

    Path archive = directory.resolve("root.tar");
    made.commit(archive);
    nsrun.nsrun("run", archive.toString(), "true").orFail();

    assertThat(own.prune()).isGreaterThan(DataSize.ofMebi(1));
    assertThat(own.prune()).isEqualTo(DataSize.ofBytes(0));
    made.start();
    assertThat(made.waitFor()).isZero();
  }
}
