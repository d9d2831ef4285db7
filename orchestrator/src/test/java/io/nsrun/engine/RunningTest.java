package io.nsrun.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.control.ChannelClosedException;
import io.nsrun.control.Errno;
import io.nsrun.control.Event;
import io.nsrun.control.ProtocolException;
import io.nsrun.launch.Nsinit;
import io.nsrun.launch.PhaseTimes;
import io.nsrun.plan.Planner;
import io.nsrun.plan.Specs;
import io.nsrun.plan.facts.Resolved;
import io.nsrun.plan.steps.SetupStep;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.Signal;
import io.nsrun.spec.Spec;
import io.nsrun.spec.StopPolicy;
import io.nsrun.state.FileStat;
import io.nsrun.state.StatePaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How a container is stopped, and who learns of its end; its nsinit is a script of the test's. */
@Timeout(60)
class RunningTest {
  private static final int INT = 2;
  private static final int KILL = 9;
  private static final int TERM = 15;
  private static final Duration LONG = Duration.ofDays(1);

  @TempDir static Path base;

  /** One that has ended already: whoever waits for it goes on. */
  private static Nsinit nsinit;

  private final ScriptedChannel channel = new ScriptedChannel();
  private final List<String> heard = new ArrayList<>();

  @BeforeAll
  static void startAndEndAnNsinit() throws Exception {
    Files.setAttribute(base, "unix:mode", 0700);
    nsinit =
        Nsinit.start(
            new StatePaths(
                Map.of("NSRUN_HOME", base + "/home", "XDG_RUNTIME_DIR", base.toString()),
                FileStat.of(base).uid()));
    nsinit.connect();
    nsinit.close();
  }

  @AfterAll
  static void close() {
    nsinit.close();
  }

  private static Event.Exited killedBy(int signal) {
    return new Event.Exited(true, signal, false, Event.Cause.OWN, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  private Running start(Spec spec) {
    Running running = notListening(spec);
    running.listenInThread();
    return running;
  }

  private Running notListening(Spec spec) {
    Prepared prepared =
        new Prepared(
            Resolved.of(spec, 1000, 1000),
            Planner.plan(spec, Specs.unprivileged()),
            List.of(),
            new Leases(),
            false);
    Launcher.Listener listener =
        new Launcher.Listener() {
          @Override
          public void log(Launcher.Level level, String message) {
            heard.add(message);
          }

          @Override
          public void started(Running running) {
            heard.add("command " + running.pid() + ", init " + running.initPid());
          }
        };
    return new Running(
        prepared,
        nsinit,
        channel,
        new byte[] {1},
        null,
        listener,
        new PhaseTimes(System.nanoTime()));
  }

  private Running started() {
    Running running = start(Specs.busyboxTrue());
    channel.says(new Event.Ready(42));
    channel.says(new Event.Started(43));
    return running;
  }

  @Test
  void aCommandThatStopsWithinTheGraceIsNotKilled() throws Exception {
    channel.answers(TERM, killedBy(TERM));

    End end = started().stop(LONG);

    assertThat(end.kind()).isEqualTo(End.Kind.KILLED);
    assertThat(end.signal()).isEqualTo(TERM);
    assertThat(channel.signals()).containsExactly(TERM);
  }

  @Test
  void aCommandThatDoesNotStopIsKilledAfterTheGrace() throws Exception {
    channel.answers(KILL, killedBy(KILL));
    Running running = started();
    long before = System.nanoTime();

    End end = running.stop(Duration.ofMillis(100));

    // The wait has a resolution of a millisecond.
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(Duration.ofMillis(98));
    assertThat(end.signal()).isEqualTo(KILL);
    assertThat(channel.signals()).containsExactly(TERM, KILL);
  }

  @Test
  void withoutGraceItIsKilledAtOnce() throws Exception {
    channel.answers(KILL, killedBy(KILL));

    assertThat(started().stop(Duration.ZERO).signal()).isEqualTo(KILL);

    assertThat(channel.signals()).containsExactly(KILL);
  }

  @Test
  void whatAsksItToStopIsTheSignalOfItsSpec() throws Exception {
    channel.answers(INT, killedBy(INT));
    StopPolicy policy = new StopPolicy(Duration.ZERO, new Signal(INT), Duration.ofSeconds(10));

    End end = start(Specs.builder("true").stop(policy).build()).stop(LONG);

    assertThat(end.signal()).isEqualTo(INT);
    assertThat(channel.signals()).containsExactly(INT);
  }

  @Test
  void aGraceWithoutEndIsOne() throws Exception {
    channel.answers(TERM, killedBy(TERM));

    assertThat(started().stop(Duration.ofSeconds(Long.MAX_VALUE)).signal()).isEqualTo(TERM);
  }

  @Test
  void stoppingWhatHasEndedTellsHowItEndedAndSendsNothing() throws Exception {
    channel.answers(TERM, killedBy(TERM));
    Running running = started();
    End first = running.stop(LONG);

    assertThat(running.stop(LONG)).isSameAs(first);
    assertThat(running.stop(Duration.ZERO)).isSameAs(first);
    assertThat(running.await()).isSameAs(first);
    assertThat(channel.signals()).containsExactly(TERM);
    assertThatThrownBy(() -> running.signal(new Signal(TERM))).isInstanceOf(IOException.class);
  }

  @Test
  void whoeverStopsItMeanwhileCutsTheGraceShort() throws Exception {
    channel.answers(KILL, killedBy(KILL));
    Running running = started();
    FutureTask<End> patient = new FutureTask<>(() -> running.stop(LONG));
    new Thread(patient).start();
    channel.awaitSignal();

    End end = running.stop(Duration.ZERO);

    assertThat(patient.get()).isSameAs(end);
    assertThat(channel.signals()).containsExactly(TERM, KILL);
  }

  @Test
  void whoeverWaitsForTheEndGetsItOnce() throws Exception {
    Running running = started();
    List<End> ends = new ArrayList<>();
    CompletableFuture<End> first = running.end();
    CompletableFuture<Void> taken = first.thenAccept(ends::add);
    assertThat(first).isNotDone();

    channel.says(killedBy(TERM));
    End end = running.await();

    taken.get();
    assertThat(ends).containsExactly(end);
    assertThat(running.end()).isCompletedWithValue(end);
    assertThat(heard).containsExactly("command 43, init 42");
  }

  @Test
  void nobodyElseCanCompleteTheEnd() throws Exception {
    Running running = started();
    CompletableFuture<End> first = running.end();

    running.end().complete(null);
    running.end().cancel(true);
    assertThat(first).isNotDone();
    channel.says(killedBy(TERM));

    assertThat(first.get()).isSameAs(running.await());
  }

  @Test
  void aFailureOfTheSetUpIsAnEnd() throws Exception {
    Running running = start(Specs.busyboxTrue());
    channel.says(new Event.Failed(SetupStep.EXEC, -1, Errno.ENOENT.number(), "nosuch", ""));

    assertThat(running.stop(LONG).kind()).isEqualTo(End.Kind.NOT_STARTED);
    assertThat(running.await().exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(running.pid()).isZero();
    assertThat(heard).isEmpty();
  }

  @Test
  void anNsinitThatIsLostIsAnEnd() throws Exception {
    Running running = started();
    channel.breaksWith(new ChannelClosedException(false));

    assertThat(running.end().get().kind()).isEqualTo(End.Kind.LOST);
    assertThat(running.stop(LONG).kind()).isEqualTo(End.Kind.LOST);
    assertThat(channel.signals()).isEmpty();
  }

  @Test
  void whereNobodyCanTellTheEndEverybodyLearnsWhy() throws Exception {
    Running running = started();
    CompletableFuture<End> before = running.end();
    channel.breaksWith(new ProtocolException("what is this"));

    for (CompletableFuture<End> end : List.of(before, running.end())) {
      assertThatThrownBy(end::get)
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOf(ExplainedException.class)
          .hasMessageContaining("what is this");
    }
    assertThatThrownBy(running::await).hasMessageContaining("what is this");
    assertThatThrownBy(() -> running.stop(LONG)).hasMessageContaining("what is this");
  }
}
