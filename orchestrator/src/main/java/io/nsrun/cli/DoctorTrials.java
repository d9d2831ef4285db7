package io.nsrun.cli;

import io.nsrun.control.Event;
import io.nsrun.control.PlanEncoder;
import io.nsrun.doctor.Causes;
import io.nsrun.doctor.Machine;
import io.nsrun.doctor.Trial;
import io.nsrun.doctor.TrialRunner;
import io.nsrun.launch.Laps;
import io.nsrun.launch.Nsinit;
import io.nsrun.launch.Outcome;
import io.nsrun.launch.Supervisor;
import io.nsrun.spec.SpecProblemsException;
import io.nsrun.state.ExplainedException;
import io.nsrun.state.IoMessages;
import io.nsrun.state.StatePaths;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Starts the doctor's containers, as {@code run} would. */
final class DoctorTrials implements TrialRunner, Supervisor.Listener {
  private final StatePaths paths;
  private final Machine machine;

  DoctorTrials(StatePaths paths, Machine machine) {
    this.paths = paths;
    this.machine = machine;
  }

  @Override
  public Optional<Trial.Trouble> run(Trial trial) throws InterruptedException {
    try {
      return attempt(trial);
    } catch (SpecProblemsException e) {
      return trouble(e.problems().get(0).toString(), "");
    } catch (ExplainedException e) {
      return trouble(e.getMessage(), e.remedy());
    } catch (IOException e) {
      return trouble(IoMessages.reason(e), "");
    }
  }

  private Optional<Trial.Trouble> attempt(Trial trial) throws IOException, InterruptedException {
    // Neither the caller's terminal nor its input are the doctor's to use.
    List<String> words = new ArrayList<>(List.of("--tty=false", "--interactive=false"));
    words.addAll(trial.options());
    words.addAll(List.of("busybox", "true"));
    OptionValues values = CommandModel.parse("run", words.toArray(new String[0]));
    try (OwnIds ids = OwnIds.held(paths)) {
      RunPlan run = new RunPlan(paths, DoctorTrials::noLookUp, ids, new Laps(System.nanoTime()));
      run.make(values, System.getenv());
      byte[] frames = PlanEncoder.encode(run.plan());
      try (Nsinit nsinit = Nsinit.start(paths)) {
        Outcome outcome = new Supervisor(nsinit, nsinit.connect(), this).run(frames).outcome();
        return judge(outcome, run);
      }
    }
  }

  private static Nsinit noLookUp() throws IOException {
    throw new IOException("root needs no look-up of users");
  }

  private Optional<Trial.Trouble> judge(Outcome outcome, RunPlan run) {
    if (outcome instanceof Outcome.NotStarted notStarted) {
      Event.Failed failure = notStarted.failure();
      String remedy = new Causes(machine).explain(failure, run.plan()).orElse("");
      return trouble(RunEnd.failureText(failure), remedy);
    }
    if (outcome instanceof Outcome.Lost lost) {
      return trouble("nsinit " + lost.how(), "");
    }
    Event.Exited exit = ((Outcome.Ended) outcome).exit();
    return exit.exitCode() == 0
        ? Optional.empty()
        : trouble("true ended with code " + exit.exitCode(), "");
  }

  private static Optional<Trial.Trouble> trouble(String what, String remedy) {
    return Optional.of(new Trial.Trouble(what, remedy));
  }

  @Override
  public void log(Event.Log message) {
    // Only the outcome counts.
  }

  @Override
  public void started(long pid) {
    // Only the outcome counts.
  }
}
