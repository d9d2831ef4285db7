package io.nsrun.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.api.ContainerException.Reason;
import io.nsrun.container.Await;
import io.nsrun.container.Caller;
import io.nsrun.container.DependsOnJvm;
import io.nsrun.container.Nsrun;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What the library alone has of containers that live on: threads, interrupts, futures, streams. */
@DependsOnJvm
class DetachedContainersTest extends LivingOnApiTest {
  private static final int CLOSES = 60;
  private static final Duration TENTH = Duration.ofMillis(100);

  @Test
  void closingContainersDoesNothingToIt() throws Exception {
    DetachedContainer container;
    Instant before = Instant.now().minusMillis(1);
    try (Containers some =
        Containers.builder().spares(0).directory(directory.resolve("nsrun")).open()) {
      container = some.container("sh", "-c", FOREVER).name("a").startDetached();
    }

    ContainerState state = container.state();
    assertThat(state.status()).isEqualTo(ContainerState.Status.RUNNING);
    assertThat(state.isAlive()).isTrue();
    assertThat(state.command()).containsExactly("sh", "-c", FOREVER);
    assertThat(state.rootfs()).isEqualTo("busybox");
    assertThat(state.user()).isEqualTo("0:0");
    assertThat(state.createdAt()).isBetween(before, state.startedAt().orElseThrow());
    assertThat(state.end()).isEmpty();
    assertThat(state.endedAt()).isEmpty();
    ProcessHandle command = ProcessHandle.of(state.pid().orElseThrow()).orElseThrow();
    assertThat(command.parent().orElseThrow().pid()).isEqualTo(state.initPid().orElseThrow());
    assertThatThrown(
        () -> container.exec("true").run(),
        Reason.CLOSED,
        "these Containers are closed\n  keep them open for as long as containers are wanted");

    ContainerEnd end = container.stop();

    assertThat(end.exitCode()).isEqualTo(3);
    assertThat(end.isolation()).isNotEmpty();
    assertThat(end.resources()).isPresent();
    state = container.state();
    assertThat(state.status()).isEqualTo(ContainerState.Status.EXITED);
    assertThat(state.pid()).isEmpty();
    assertThat(state.end().orElseThrow().toString()).isEqualTo("exited with code 3");
    assertThat(state.endedAt().orElseThrow()).isBetween(before, Instant.now().plusMillis(1));
    assertThat(state).hasToString("a: EXITED, exited with code 3");
  }

  @Test
  void itIsTheCommandLinesToo() throws Exception {
    DetachedContainer container = ready("a");
    Nsrun nsrun = Nsrun.as(Caller.ROOT).env("NSRUN_HOME", directory.resolve("nsrun").toString());

    assertThat(nsrun.nsrun("ps").out()).contains(container.id().substring(0, 12), "busybox", "Up ");
    assertThat(nsrun.nsrun("exec", "a", "echo", "within").text()).isEqualTo("within");
    assertThat(nsrun.nsrun("stop", "a").text()).isEqualTo("a");

    assertThat(container.state().end().orElseThrow().exitCode()).isEqualTo(3);
    nsrun.nsrun("run", "-d", "--name=b", "busybox", "sh", "-c", "echo other").orFail();
    assertThat(own.get("b").waitFor()).isZero();
    try (Stream<LogLine> lines = own.get("b").logs().lines()) {
      assertThat(lines.map(LogLine::text)).containsExactly("other");
    }
    assertThat(own.list())
        .extracting(ContainerState::container)
        .containsExactly(own.get("b"), container);
  }

  @Test
  void itIsFoundByItsNameAndTheBeginOfItsId() throws Exception {
    DetachedContainer first = script("exit 0").name("website").startDetached();
    DetachedContainer second = script("exit 0").startDetached();

    assertThat(own.list()).extracting(ContainerState::container).containsExactly(second, first);
    assertThat(own.find("website")).contains(first);
    assertThat(own.find(first.id())).contains(first);
    assertThat(own.find(second.name())).contains(second);
    assertThat(own.get(second.id().substring(0, 20)).name()).isEqualTo(second.name());
    assertThat(own.find("nosuch")).isEmpty();
    assertThat(own.find("")).isEmpty();
    assertThatThrown(
        () -> own.get("websiet"),
        Reason.NO_SUCH_CONTAINER,
        "there is no container \"websiet\"\n  did you mean website?");
    assertThatThrown(
        () -> own.get("x"),
        Reason.NO_SUCH_CONTAINER,
        "there is no container \"x\"\n  Containers.list() has all there are");
    assertThat(containers.find("website")).as("elsewhere").isEmpty();
  }

  @Test
  void whatCanNotBeDoneIsToldWithItsReason() throws Exception {
    DetachedContainer container = ready("a");

    assertThatThrown(
        container::remove,
        Reason.STATE,
        "container a still runs\n  stop it first, or force its removal");
    assertThatThrown(
        () -> script("true").name("a").startDetached(),
        Reason.HOST,
        "the name a is in use by a running container\n  choose another name(...)");
    assertThatThrownBy(() -> container.signal(65)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> container.stop(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> container.logs().tail(-1))
        .isInstanceOf(IllegalArgumentException.class);
    container.kill();
    assertThat(container.waitFor()).isEqualTo(137);
    assertThatThrown(() -> container.signal(1), Reason.STATE, "container a does not run");
    assertThatThrown(container::processes, Reason.STATE, "container a does not run");
    assertThatThrown(container::usage, Reason.STATE, "container a does not run");
    assertThatThrown(
        () -> container.exec("true").start(), Reason.STATE, "container a does not run");
    container.remove();
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            container::state,
            container::remove,
            container::kill,
            container::waitFor,
            container::stop,
            container::processes,
            container::usage,
            () -> container.exec("true").start(),
            () -> container.logs().lines())) {
      assertThatThrown(
          call,
          Reason.NO_SUCH_CONTAINER,
          "there is no container \"a\"\n  Containers.list() has all there are");
    }
    container.removeForcibly();
  }

  @Test
  void settingsThatAreOfNoUseAreToldTogether() {
    DetachSettings settings =
        DetachSettings.standard().logFileSize(DataSize.ofBytes(0)).logFiles(101);

    assertThatThrownBy(
            () ->
                script("true")
                    .redirectInput(new File("/dev/null"))
                    .redirectErrorStream(true)
                    .ephemeralDirectory(directory)
                    .startDetached(settings))
        .isInstanceOfSatisfying(
            ContainerException.class,
            e ->
                assertThat(e.problems())
                    .containsExactlyInAnyOrder(
                        "redirectInput(...): is of no use to a container that lives on, whose"
                            + " streams are nobody's (leave it out: what it writes is in logs())",
                        "redirectErrorStream(...): is of no use to a container that lives on, whose"
                            + " streams are nobody's (leave it out: what it writes is in logs())",
                        "ephemeralDirectory(...): nobody is left to remove it when a container ends"
                            + " that lives on (leave it out)",
                        "DetachSettings.logFileSize(...): is zero (DetachSettings.log(false) keeps"
                            + " no log)",
                        "DetachSettings.logFiles(...): 101 is out of range (use 1 to 100)"));
  }

  @Test
  void aBuilderStartsOne() throws Exception {
    ContainerBuilder builder = script("true");
    builder.startDetached();

    assertThatThrownBy(builder::startDetached)
        .isInstanceOfSatisfying(
            ContainerException.class, e -> assertThat(e.reason()).isEqualTo(Reason.USED));
  }

  @Test
  void commandThatIsNotThereLeavesNothing() throws Exception {
    assertThatThrownBy(() -> own.container("nosuch").name("n").startDetached())
        .isInstanceOfSatisfying(
            ContainerException.class,
            e -> {
              assertThat(e).hasMessageStartingWith("n: exec nosuch: ENOENT");
              assertThat(e.end().orElseThrow().exitCode()).isEqualTo(127);
            });
    assertThat(own.list()).isEmpty();
  }

  @Test
  void nothingOfItStaysWhereThatIsAsked() throws Exception {
    DetachedContainer container =
        script("read x").startDetached(DetachSettings.standard().removedAtEnd(true).log(false));

    Await.until("it is gone", () -> isGone(container));
  }

  private static boolean isGone(DetachedContainer container) {
    try {
      container.state();
      return false;
    } catch (ContainerException e) {
      return e.reason() == Reason.NO_SUCH_CONTAINER;
    }
  }

  @Test
  void questionsAreAnsweredToWhoIsInterrupted() throws Exception {
    DetachedContainer container = ready("a");
    Thread.currentThread().interrupt();

    assertThat(container.state().isAlive()).isTrue();
    assertThat(own.get("a")).isEqualTo(container);
    container.signal(28);
    assertThatThrownBy(container::waitFor).isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();

    Thread.currentThread().interrupt();
    container.removeForcibly();

    assertThat(Thread.interrupted()).isTrue();
    assertThat(own.list()).isEmpty();
  }

  @Test
  void interruptOfWhoStopsItStopsItNevertheless() throws Exception {
    DetachedContainer container = ready("a");
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> container.stop(Duration.ofSeconds(60)))
        .isInstanceOf(InterruptedException.class);

    assertThat(container.waitFor()).isEqualTo(3);
  }

  @Test
  void interruptOfWhoStartsItLeavesNothing() throws Exception {
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> script(FOREVER).startDetached())
        .isInstanceOfSatisfying(
            ContainerException.class, e -> assertThat(e.reason()).isEqualTo(Reason.INTERRUPTED));

    assertThat(Thread.interrupted()).isTrue();
    Await.until("nothing is left", DetachedContainersTest::isNothingThere);
  }

  private static boolean isNothingThere() {
    try (Stream<Path> all = Files.list(directory.resolve("nsrun/state/containers"))) {
      return all.findAny().isEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** At any instant of a start. */
  @Test
  void whoStartsWhileContainersAreClosedIsToldOrHasOne() throws Exception {
    long begin = System.nanoTime();
    script("sleep 1000").startDetached().removeForcibly();
    long whole = System.nanoTime() - begin;
    for (int i = 0; i < CLOSES; i++) {
      Containers some = Containers.builder().spares(0).directory(directory.resolve("nsrun")).open();
      CompletableFuture<Object> started =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return some.container("sleep", "1000").startDetached();
                } catch (ContainerException e) {
                  return e.reason();
                }
              });
      elapse(started, whole * i / CLOSES);

      some.close();

      Object what = started.get(30, TimeUnit.SECONDS);
      if (what instanceof DetachedContainer container) {
        assertThat(container.state().isAlive()).isTrue();
        container.removeForcibly();
      } else {
        assertThat(what).isEqualTo(Reason.CLOSED);
        assertThat(own.list()).isEmpty();
      }
    }
  }

  /** Lets time pass, unless it is done before. */
  static void elapse(CompletableFuture<Object> started, long nanos) throws Exception {
    try {
      started.get(nanos, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      assertThat(started).isNotCompletedExceptionally();
    }
  }

  @Test
  void futuresOfTheEndAreEachItsOwn() throws Exception {
    DetachedContainer container = ready("a");
    CompletableFuture<ContainerEnd> cancelled = container.onExit();
    CompletableFuture<ContainerEnd> other = container.onExit();

    cancelled.cancel(true);
    assertThat(container.waitFor(1, TimeUnit.MILLISECONDS)).isFalse();
    assertThat(other).isNotDone();
    container.stop();

    assertThat(other.get(30, TimeUnit.SECONDS).exitCode()).isEqualTo(3);
    assertThat(container.waitFor(0, TimeUnit.SECONDS) || container.waitFor() == 3).isTrue();
  }

  @Test
  void aCommandInItMayHaveAllCapabilitiesButWhatUndoesItsMounts() throws Exception {
    ExecBuilder own = ready("a").exec("grep", "CapEff", "/proc/self/status");

    String privileged = own.copy().privileged().run().stdoutText();

    assertThat(privileged).isEqualTo("CapEff:\t000001ffffdfffff\n");
    assertThat(own.run().stdoutText()).isNotEqualTo(privileged);
  }

  @Test
  void commandsInItAreProcesses() throws Exception {
    DetachedContainer container = ready("a");
    ExecBuilder builder =
        container.exec("sh", "-c", "id -u; id -g; pwd; echo $A; cat; exit 4").user("7:8");
    builder.directory("/etc").environment().put("A", "b");

    ContainerResult result = builder.copy().run("in\n".getBytes(StandardCharsets.UTF_8));

    assertThat(result.stdoutText()).isEqualTo("7\n8\n/etc\nb\nin\n");
    assertThat(result.exitCode()).isEqualTo(4);
    try (Container sleeping = container.exec("sh", "-c", "echo up; sleep 1000").start()) {
      assertThat(line(sleeping)).isEqualTo("up");
      assertThat(sleeping.name()).isEqualTo("a");
      container.stop();
      assertThat(sleeping.waitFor()).isEqualTo(137);
    }
    assertThatThrownBy(() -> container.exec("true").user("nosuch").run())
        .isInstanceOf(ContainerException.class);
  }

  @Test
  void aCommandInItLivesOnWithoutTheContainersOfThisProgram() throws Exception {
    DetachedContainer container = ready("a");
    try (Containers others = Containers.builder().directory(directory.resolve("nsrun")).open()) {
      ExecBuilder sleeping = others.get("a").exec("sleep", "999");
      sleeping.startDetached();
      assertThatThrownBy(sleeping::startDetached)
          .hasMessageContaining("started a container already");
    }

    assertThat(container.processes())
        .anySatisfy(process -> assertThat(process.command()).containsExactly("sleep", "999"));
    assertThatThrownBy(() -> container.exec("nosuch").startDetached())
        .hasMessageStartingWith("a: exec nosuch: ENOENT (in none of the directories of PATH)");
    ExecBuilder redirected = container.exec("true").redirectOutput(new File("/dev/null"));
    assertThatThrownBy(redirected::startDetached)
        .isInstanceOfSatisfying(
            ContainerException.class,
            e ->
                assertThat(e.problems())
                    .containsExactly(
                        "redirectOutput(...): is of no use to a command that lives on, whose"
                            + " streams are nobody's (leave it out)"));
    container.stop();
    assertThatThrown(
        () -> container.exec("true").startDetached(), Reason.STATE, "container a does not run");
  }

  @Test
  void itsProcessesAndWhatTheyUseAreSeen() throws Exception {
    DetachedContainer container = script("while :; do :; done").startDetached();
    ContainerUsage first = container.usage();

    Await.until("it has used some time", () -> cpuTime(container).compareTo(TENTH) > 0);
    ContainerUsage later = container.usage();
    List<ContainerProcess> processes = container.processes();

    assertThat(later.cpusSince(first)).isBetween(0.001, 1.1);
    assertThat(later.memory()).isGreaterThan(DataSize.ofKibi(100));
    assertThat(later.read()).isPresent();
    assertThat(processes).hasSize(2);
    ContainerProcess shell = processes.get(1);
    assertThat(shell.pid()).isEqualTo(container.state().pid().orElseThrow());
    assertThat(shell.parentPid()).isEqualTo(processes.get(0).pid());
    assertThat(shell.pidInside()).hasValue(2);
    assertThat(shell.user()).hasValue(0);
    assertThat(shell.threads()).isEqualTo(1);
    assertThat(shell.command()).containsExactly("sh", "-c", "while :; do :; done");
  }

  private static Duration cpuTime(DetachedContainer container) {
    try {
      return container.usage().cpuTime();
    } catch (ContainerException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatIsWrongWithACommandInItIsTold() throws Exception {
    DetachedContainer container = ready("a");

    assertThatThrownBy(() -> container.exec("nosuch").start())
        .isInstanceOfSatisfying(
            ContainerException.class,
            e -> {
              assertThat(e).hasMessageStartingWith("a: exec nosuch: ENOENT");
              assertThat(e.reason()).isEqualTo(Reason.NOT_STARTED);
            });
    assertThatThrownBy(() -> container.exec("true").user("nosuch").start())
        .hasMessage(
            "no user 'nosuch' in the container's /etc/passwd\n  give one that is in there, or a number"
                + " from 0 to 4294967294");
    ExecBuilder builder = container.exec("true").directory("etc");
    builder.redirectInput(new File("/nosuch")).environment().put("A", null);
    assertThatThrownBy(builder::start)
        .isInstanceOfSatisfying(
            ContainerException.class,
            e ->
                assertThat(e.problems())
                    .contains(
                        "redirectInput(...): /nosuch is missing (name another file)",
                        "environment(): has a name or a value that is null (remove it)",
                        "directory(...): \"etc\" is not absolute (begin it with /)"));
  }

  @Test
  void oneThatIsDamagedCanBeRemoved() throws Exception {
    DetachedContainer container = ready("a");
    Path record = directory.resolve("nsrun/state/containers").resolve(container.id());
    Files.writeString(record.resolve("container.json"), "{");
    List<String> warnings = new ArrayList<>();
    ContainerListener listener =
        new ContainerListener() {
          @Override
          public void warning(String name, String message) {
            warnings.add(message);
          }
        };

    try (Containers some =
        Containers.builder().directory(directory.resolve("nsrun")).listener(listener).open()) {
      assertThat(some.list()).isEmpty();
      assertThat(warnings).singleElement().asString().contains("container.json is damaged");
      DetachedContainer found = some.get(container.id().substring(0, 10));
      assertThatThrownBy(found::state)
          .hasMessageContaining("container.json is damaged")
          .hasMessageEndingWith("\n  DetachedContainer.removeForcibly() removes it")
          .isInstanceOfSatisfying(
              ContainerException.class, e -> assertThat(e.reason()).isEqualTo(Reason.DAMAGED));
      found.removeForcibly();
      assertThat(some.find(container.id())).isEmpty();
    }
  }

  @Test
  void thoseThatLiveOnHaveNoThreadOfThisLibrary() throws Exception {
    long before = threadsOfNsinit();
    List<DetachedContainer> all = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      all.add(script("sleep 1000").startDetached());
    }

    Await.until("threads have ended", () -> threadsOfNsinit() == before);
    assertThat(all).allMatch(container -> !isGone(container));
  }

  private static long threadsOfNsinit() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("nsinit"))
        .count();
  }
}
