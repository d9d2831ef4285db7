package io.nsrun.cli;

import io.nsrun.control.Event;
import io.nsrun.doctor.Causes;
import io.nsrun.doctor.Machine;
import io.nsrun.doctor.Trial;
import io.nsrun.doctor.TrialRunner;
import io.nsrun.launch.Outcome;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.IoMessages;
import io.nsrun.spec.SpecProblemsException;
import io.nsrun.state.StatePaths;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Starts the doctor's containers, as {@code run} would. */
final class DoctorTrials implements TrialRunner {
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
    List<String> words = new ArrayList<>(trial.options());
    words.addAll(List.of("busybox", "true"));
    InnerRun run = InnerRun.of(paths, words, List.of());
    return judge(run.outcome(), run.plan());
  }

  private Optional<Trial.Trouble> judge(Outcome outcome, LaunchPlan plan) {
    if (outcome instanceof Outcome.NotStarted notStarted) {
      Event.Failed failure = notStarted.failure();
      String remedy = new Causes(machine).explain(failure, plan).orElse("");
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
}
