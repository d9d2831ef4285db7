package io.nsrun.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.engine.Caller;
import io.nsrun.spec.Spec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What {@code nsrun run} asks for, for tests of the doors beside it. */
public final class OptionSpecs {
  private OptionSpecs() {}

  /**
   * The specification that arguments of {@code run} come to, without a terminal.
   *
   * @param args are right
   */
  public static Spec of(Caller caller, String... args) throws IOException {
    List<String> all = new ArrayList<>(List.of("--tty=false"));
    all.addAll(List.of(args));
    RunRequest request = RunRequest.read(OptionParser.parse(all.toArray(String[]::new)), caller);
    assertThat(request.problems().list()).isEmpty();
    return request.spec();
  }
}
