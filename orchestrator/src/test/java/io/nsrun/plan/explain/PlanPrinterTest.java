package io.nsrun.plan.explain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.nsrun.plan.Specs;
import io.nsrun.plan.steps.InitStep;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.Step;
import io.nsrun.plan.steps.Steps;
import io.nsrun.plan.steps.SysctlKeys;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Golden texts lie in src/test/resources; after an intended change they are written anew with
 * {@code -Dnsrun.golden.update=src/test/resources} and looked over in the diff.
 */
class PlanPrinterTest {
  @Test
  void theUsualPlanIsExplainedAsInTheGoldenText() throws IOException {
    assertGolden("explain-usual.txt", explain(SamplePlans.usual(), 100));
  }

  @Test
  void everyKindOfStepIsExplainedAsInTheGoldenText() throws IOException {
    assertGolden("explain-everything.txt", explain(SamplePlans.everything(), 80));
  }

  @Test
  void aDryRunIsTheGoldenTextInBothForms() throws IOException {
    StringBuilder text = new StringBuilder();
    StringWriter json = new StringWriter();

    PlanPrinter.dryRun(SamplePlans.everything(), text);
    PlanPrinter.dryRunJson(SamplePlans.everything(), json);

    assertGolden("dry-run.txt", text.toString());
    assertGolden("dry-run.json", json.toString());
  }

  @Test
  void anExplanationHasNoControlCharacterOfACommandLine() throws IOException {
    StringBuilder text = new StringBuilder();

    PlanPrinter.explain(
        SamplePlans.usual(),
        Specs.builder("a\u001b[2J\u0007b").build(),
        "/r",
        List.of(),
        100,
        text);

    assertThat(text).contains("a\\x1b[2J\\x07b").doesNotContain("\u001b", "\u0007");
  }

  @Test
  void theSamplesHoldEveryKindOfStep() {
    List<String> names = new ArrayList<>();
    for (Step step : SamplePlans.everything().steps()) {
      names.add(step.stepName());
    }

    assertThat(names).contains("options", "exec");
    assertThat(names.stream().distinct()).hasSize(Steps.oneOfEach().size());
  }

  @Test
  void theTextOfADryRunHasOneLineForEachStepThatBeginsWithItsName() throws IOException {
    LaunchPlan plan = SamplePlans.everything();
    StringBuilder text = new StringBuilder();

    PlanPrinter.dryRun(plan, text);

    String[] lines = text.toString().split("\n", -1);
    for (int i = 0; i < plan.steps().size(); i++) {
      assertThat((lines[i] + " ").split(" ", -1)[0]).isEqualTo(plan.steps().get(i).stepName());
    }
    assertThat(lines).hasSize(plan.steps().size() + plan.isolation().properties().size() + 1);
  }

  @Test
  void theJsonOfADryRunHoldsTheSameStepsInTheSameOrder() throws IOException {
    LaunchPlan plan = SamplePlans.everything();
    StringWriter text = new StringWriter();

    PlanPrinter.dryRunJson(plan, text);

    List<String> steps = new ArrayList<>();
    try (JsonParser json = new JsonFactory().createParser(text.toString())) {
      while (json.nextToken() != null) {
        if (json.currentToken() == JsonToken.VALUE_STRING && "step".equals(json.currentName())) {
          steps.add(json.getText());
        }
      }
    }
    assertThat(steps).isEqualTo(plan.steps().stream().map(Step::stepName).toList());
  }

  @ParameterizedTest
  @ValueSource(ints = {80, 100})
  void noLineOfProseIsWiderThanAskedFor(int width) throws IOException {
    for (LaunchPlan plan : List.of(SamplePlans.usual(), SamplePlans.everything())) {
      assertThat(explain(plan, width).lines()).allMatch(line -> line.length() <= width);
    }
  }

  @Test
  void everyStepIsNumberedOnceAndEachKindIsExplainedOnce() throws IOException {
    LaunchPlan plan = SamplePlans.usual();

    String text = explain(plan, 100);

    List<String> numbers = new ArrayList<>();
    for (String line : text.split("\n", -1)) {
      if (line.matches(" +[0-9]+\\. .*")) {
        numbers.add(line.trim().replaceFirst("\\..*", ""));
      }
    }
    List<String> expected = new ArrayList<>();
    for (int i = 1; i <= plan.steps().size(); i++) {
      expected.add(String.valueOf(i));
    }
    assertThat(numbers).isEqualTo(expected);
    assertThat(text).containsOnlyOnce("move_mount(2) then attaches");
  }

  @Test
  void whatIsLessThanTheDefaultIsMarkedWithItsReason() throws IOException {
    assertThat(explain(SamplePlans.everything(), 100))
        .contains("! ids", "1 id: ann has no range in /etc/subuid", "2 lines marked with !");
    assertThat(explain(SamplePlans.usual(), 100)).contains("Nothing is left open");
  }

  @Test
  void eachSettingHasItsOwnReasonAndNoneIfItWasAskedFor() throws IOException {
    LaunchPlan usual = SamplePlans.usual();
    List<Step> steps = new ArrayList<>();
    for (Step step : usual.steps()) {
      if (step instanceof InitStep.Sysctl preset && preset.key().equals(SysctlKeys.PING_GROUPS)) {
        steps.add(step);
        steps.add(new InitStep.Sysctl(SysctlKeys.FIRST_FREE_PORT, "0", false));
        steps.add(new InitStep.Sysctl("kernel/shmmni", "64", true));
      } else if (!(step instanceof InitStep.Sysctl)) {
        steps.add(step);
      }
    }

    String text = explain(new LaunchPlan(steps, usual.isolation()), 100);

    assertThat(text.substring(text.indexOf("ping_group_range"), text.indexOf("ip_unprivileged")))
        .contains("Why: Users without capabilities may ping");
    assertThat(text.substring(text.indexOf("ip_unprivileged"), text.indexOf("shmmni")))
        .contains("Why: They may bind port 80 too");
    String asked = text.substring(text.indexOf("Set kernel/shmmni to 64"));
    assertThat(asked.substring(0, asked.indexOf("See: ")))
        .contains("only settings that belong to a namespace")
        .doesNotContain("Why:", "is no failure");
  }

  private static String explain(LaunchPlan plan, int width) throws IOException {
    StringBuilder text = new StringBuilder();
    PlanPrinter.explain(plan, SamplePlans.spec(), Specs.ROOT, List.of(), width, text);
    return text.toString();
  }

  private static void assertGolden(String name, String actual) throws IOException {
    String update = System.getProperty("nsrun.golden.update");
    if (update != null) {
      Files.writeString(Path.of(update, "io/nsrun/plan/explain", name), actual);
    }
    try (InputStream golden = PlanPrinterTest.class.getResourceAsStream(name)) {
      assertThat(golden).as("golden text %s", name).isNotNull();
      assertThat(actual).isEqualTo(new String(golden.readAllBytes(), StandardCharsets.UTF_8));
    }
  }
}
