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
import io.nsrun.spec.Text;
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
      return trouble(e.problems().get(0).in(OptionDialect.OPTIONS), Text.EMPTY);
    } catch (ExplainedException e) {
      return trouble(e.text().in(OptionDialect.OPTIONS), e.remedy());
    } catch (IOException e) {
      return trouble(IoMessages.reason(e), Text.EMPTY);
    }
  }

  /** Beyond those that keep it from the caller's terminal and input. */
  private static List<String> options(Trial trial) {
    return switch (trial) {
      case DEFAULT -> List.of();
      case EPHEMERAL -> List.of("--ephemeral");
      case ONE_ID -> List.of("--userns=private");
    };
  }

  private Optional<Trial.Trouble> attempt(Trial trial) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(options(trial));
    words.addAll(List.of("busybox", "true"));
    InnerRun run = InnerRun.of(paths, words, List.of());
    return judge(run.outcome(), run.plan());
  }

  private Optional<Trial.Trouble> judge(Outcome outcome, LaunchPlan plan) {
    if (outcome instanceof Outcome.NotStarted notStarted) {
      Event.Failed failure = notStarted.failure();
      Text remedy = new Causes(machine).explain(failure, plan).orElse(Text.EMPTY);
      return trouble(RunEnd.failureText(failure), remedy);
    }
    if (outcome instanceof Outcome.Lost lost) {
      return trouble("nsinit " + lost.how(), Text.EMPTY);
    }
    Event.Exited exit = ((Outcome.Ended) outcome).exit();
    return exit.exitCode() == 0
        ? Optional.empty()
        : trouble("true ended with code " + exit.exitCode(), Text.EMPTY);
  }

  private static Optional<Trial.Trouble> trouble(String what, Text remedy) {
    return Optional.of(new Trial.Trouble(what, remedy));
  }
}
