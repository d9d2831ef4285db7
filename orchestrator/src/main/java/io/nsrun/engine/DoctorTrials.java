package io.nsrun.engine;

import io.nsrun.doctor.Doctor;
import io.nsrun.doctor.LocalMachine;
import io.nsrun.doctor.Report;
import io.nsrun.doctor.Trial;
import io.nsrun.doctor.TrialRunner;
import io.nsrun.spec.Dialect;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.IoMessages;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecProblemsException;
import io.nsrun.spec.Text;
import io.nsrun.spec.UserNamespace;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Starts the doctor's containers, as anybody's. */
public final class DoctorTrials implements TrialRunner {
  private final Caller caller;
  private final Dialect dialect;

  private DoctorTrials(Caller caller, Dialect dialect) {
    this.caller = caller;
    this.dialect = dialect;
  }

  /**
   * Looks for everything that a container needs from this machine, and starts a few of them.
   *
   * @param dialect of the door that was used
   */
  public static Report examine(Caller caller, Dialect dialect) throws InterruptedException {
    return new Doctor(new LocalMachine()).examine(new DoctorTrials(caller, dialect));
  }

  @Override
  public Optional<Trial.Trouble> run(Trial trial) throws InterruptedException {
    try {
      return judge(InnerRun.of(caller, spec(trial)));
    } catch (SpecProblemsException e) {
      return trouble(e.problems().get(0).in(dialect), Text.EMPTY);
    } catch (ExplainedException e) {
      return trouble(e.text().in(dialect), e.remedy());
    } catch (IOException e) {
      return trouble(IoMessages.reason(e), Text.EMPTY);
    }
  }

  private static Spec spec(Trial trial) throws IOException {
    Spec.Builder builder = InnerRun.builder(List.of("true")).hostname("doctor");
    return switch (trial) {
      // What was unpacked is never written to: there is a layer anyhow.
      case DEFAULT, EPHEMERAL -> builder.build();
      case ONE_ID -> builder.user(UserNamespace.of(UserNamespace.Mode.PRIVATE)).build();
    };
  }

  private static Optional<Trial.Trouble> judge(End end) {
    if (!end.ran()) {
      return trouble(end.reason(), end.kind() == End.Kind.NOT_STARTED ? end.remedy() : Text.EMPTY);
    }
    return end.exitCode() == 0
        ? Optional.empty()
        : trouble("true ended with code " + end.exitCode(), Text.EMPTY);
  }

  private static Optional<Trial.Trouble> trouble(String what, Text remedy) {
    return Optional.of(new Trial.Trouble(what, remedy));
  }
}
