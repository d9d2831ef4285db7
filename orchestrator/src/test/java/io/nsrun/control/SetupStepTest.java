package io.nsrun.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.plan.steps.Step;
import io.nsrun.plan.steps.Steps;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SetupStepTest {
  private static final Pattern ROW = Pattern.compile("X\\((\\d+), (\\w+), (\\w+), (\\w+)[,)]");

  @Test
  void theEnumIsWhatStepHSays() throws Exception {
    String header = Files.readString(Path.of(System.getProperty("nsrun.steps.file")));
    List<String> wanted = new ArrayList<>();
    Matcher row = ROW.matcher(header);
    while (row.find()) {
      wanted.add(String.join(" ", row.group(1), row.group(2), row.group(3), row.group(4)));
    }
    List<String> have = new ArrayList<>();
    for (SetupStep step : SetupStep.values()) {
      have.add(
          String.join(
              " ", Integer.toString(step.id()), step.name(), step.stepName(), step.stage().name()));
    }

    assertThat(wanted).hasSizeGreaterThan(40);
    assertThat(have).isEqualTo(wanted);
  }

  @Test
  void aStepIsFoundByItsNumberAndNoOtherIs() {
    for (SetupStep step : SetupStep.values()) {
      assertThat(SetupStep.ofId(step.id())).isEqualTo(step);
    }
    assertThat(SetupStep.ofId(0)).isNull();
    assertThat(SetupStep.ofId(99)).isNull();
  }

  @Test
  void everyStepOfAPlanHasTheNameOfTheProtocol() {
    List<String> names = new ArrayList<>();
    for (SetupStep step : SetupStep.values()) {
      if (step.stage() != SetupStep.Stage.NONE) {
        names.add(step.stepName());
      }
    }

    assertThat(Steps.oneOfEach()).extracting(Step::stepName).containsExactlyElementsOf(names);
  }
}
