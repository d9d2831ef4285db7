package io.nsrun.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.control.Errno;
import io.nsrun.control.Event;
import io.nsrun.plan.steps.SetupStep;
import io.nsrun.state.FileStat;
import io.nsrun.state.StatePaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What it makes of events; the process behind them is an nsinit that has ended already. */
@Timeout(60)
class SupervisorTest implements Progress.Listener {
  private static final Event.Exited EXITED =
      new Event.Exited(false, 3, false, Event.Cause.OWN, 1, 2, 3, 4, 5, 6, 7, 8);

  @TempDir Path base;
  private final List<String> heard = new ArrayList<>();
  private Nsinit nsinit;

  @BeforeEach
  void startAndEndAnNsinit() throws Exception {
    Files.setAttribute(base, "unix:mode", 0700);
    nsinit =
        Nsinit.start(
            new StatePaths(
                Map.of("NSRUN_HOME", base + "/home", "XDG_RUNTIME_DIR", base.toString()),
                FileStat.of(base).uid()));
    nsinit.connect();
    nsinit.close();
  }

  @AfterEach
  void close() {
    nsinit.close();
  }

  @Override
  public void log(Event.Log message) {
    heard.add("log " + message.message());
  }

  @Override
  public void started(long init, long command) {
    heard.add("started " + command + " of " + init);
  }

  private Outcome.Report run(FakeChannel channel) throws IOException, InterruptedException {
    return new Supervisor(nsinit, channel, this).run(new byte[] {1});
  }

  @Test
  void aRunThatEndsTellsHowAndWhatWasSeenOnTheWay() throws Exception {
    Event.Timing timing = new Event.Timing(SetupStep.MOUNT, 3, 100, 20);
    Event.Timing second = new Event.Timing(SetupStep.EXEC, 4, 130, 20);

    Outcome.Report report =
        run(
            new FakeChannel(
                new Event.Hello(1),
                new Event.Log(Event.Level.WARN, "hm"),
                new Event.Trace(List.of(timing)),
                new Event.Ready(42),
                new Event.Trace(List.of(second)),
                new Event.Started(43),
                new Event.Refused(5, "malformed"),
                new Event.Refused(77, "unknown frame"),
                EXITED));

    assertThat(report.outcome()).isEqualTo(new Outcome.Ended(EXITED));
    assertThat(report.timings()).containsExactly(timing, second);
    assertThat(report.pid()).isEqualTo(42);
    assertThat(heard)
        .containsExactly(
            "log hm",
            "started 43 of 42",
            "log nsinit refused frame SIGNAL: malformed",
            "log nsinit refused frame of type 77: unknown frame");
  }

  @Test
  void aFailedStepIsTheOutcome() throws Exception {
    Event.Failed failed =
        new Event.Failed(SetupStep.MOUNT, 3, Errno.EPERM.number(), "/proc", "type=proc");

    assertThat(run(new FakeChannel(new Event.Hello(1), failed)).outcome())
        .isEqualTo(new Outcome.NotStarted(failed));
  }

  @Test
  void lastWordsAreHeardEvenIfThePlanCouldNotBeSent() throws Exception {
    Event.Failed failed =
        new Event.Failed(SetupStep.START, -1, Errno.ENOSYS.number(), "close_range", "");

    assertThat(run(new FakeChannel(new Event.Hello(1), failed).deaf()).outcome())
        .isEqualTo(new Outcome.NotStarted(failed));
  }

  @Test
  void anNsinitThatGoesWithoutAWordIsLostAndItsEndIsTold() throws Exception {
    Outcome outcome = run(new FakeChannel(new Event.Hello(1))).outcome();

    assertThat(outcome).isInstanceOf(Outcome.Lost.class);
    assertThat(((Outcome.Lost) outcome).started()).isFalse();
    assertThat(((Outcome.Lost) outcome).how())
        .matches("(was killed by signal|ended with code) \\d+");
  }

  @Test
  void anNsinitThatIsLostWhileTheCommandRanIsToldApart() throws Exception {
    Outcome outcome = run(new FakeChannel(new Event.Hello(1), new Event.Started(7))).outcome();

    assertThat(((Outcome.Lost) outcome).started()).isTrue();
  }
}
