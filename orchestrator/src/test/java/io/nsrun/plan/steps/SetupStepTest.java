package io.nsrun.plan.steps;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.spec.Blob;
import io.nsrun.spec.IdMapping;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds the steps of this package against the schema, step.h. */
class SetupStepTest {
  private static final Pattern ROW =
      Pattern.compile("X\\((\\d+), (\\w+), (\\w+), ([A-Z]+)(, (([FL]\\([^)]*\\) ?)+))?\\)");
  private static final Pattern LIST = Pattern.compile("L\\((\\w+, \\w+), \\w+, (\"\\w+\")\\)");

  /** The file, with a row in a line and a source as its fields. */
  private static String header() throws Exception {
    String text = Files.readString(Path.of(System.getProperty("nsrun.steps.file")));
    text = text.replaceAll("\\s*\\\\\n\\s*", " ");
    Matcher source = Pattern.compile("#define NSRUN_SOURCE (.*)").matcher(text);
    assertThat(source.find()).isTrue();
    return text.replace("F(source, source)", source.group(1));
  }

  @Test
  void theEnumIsWhatStepHSays() throws Exception {
    List<String> wanted = new ArrayList<>();
    Matcher row = ROW.matcher(header());
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
  void everyStepSaysTheFieldsOfItsRowByNameAndTypeInOrder() throws Exception {
    List<String> wanted = new ArrayList<>();
    Matcher row = ROW.matcher(header());
    while (row.find()) {
      if (!row.group(4).equals("NONE")) {
        String payload = row.group(6) == null ? "" : row.group(6);
        wanted.add(row.group(3) + ": " + LIST.matcher(payload).replaceAll("L($1, $2)"));
      }
    }
    List<String> have = new ArrayList<>();
    for (Step step : Steps.oneOfEach()) {
      Row fields = new Row();
      step.fields(fields);
      have.add(step.stepName() + ": " + String.join(" ", fields.said));
    }

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
  void everyRecordIsTheStepOfItsNameAndEveryStepOfAPlanHasOne() {
    List<SetupStep> steps = new ArrayList<>();
    for (SetupStep step : SetupStep.values()) {
      if (step.stage() != SetupStep.Stage.NONE) {
        steps.add(step);
      }
    }

    assertThat(Steps.oneOfEach()).extracting(Step::kind).containsExactlyElementsOf(steps);
    for (Step step : Steps.oneOfEach()) {
      assertThat(step.getClass().getSimpleName())
          .isEqualToIgnoringCase(step.kind().name().replace("_", ""));
      assertThat(step)
          .isInstanceOf(
              switch (step.kind().stage()) {
                case HOST, MAPS -> HostStep.class;
                case INIT -> InitStep.class;
                case COMMAND -> CommandStep.class;
                case NONE -> throw new AssertionError(step.kind() + " is no step of a plan");
              });
    }
  }

  /** Writes fields as the rows of step.h have them. */
  private static final class Row implements Fields {
    private final List<String> said = new ArrayList<>();

    private void field(String type, String name) {
      said.add("F(" + type + ", " + name + ")");
    }

    private void list(String type, String name, String entry) {
      said.add("L(" + type + ", " + name + ", \"" + entry + "\")");
    }

    @Override
    public void u8(String name, int value, Form form) {
      field("u8", name);
    }

    @Override
    public void u16(String name, int value, Form form) {
      field("u16", name);
    }

    @Override
    public void u32(String name, long value, Form form) {
      field("u32", name);
    }

    @Override
    public void u64(String name, long value, Form form) {
      field("u64", name);
    }

    @Override
    public void bool(String name, boolean value) {
      field("bool", name);
    }

    @Override
    public void str(String name, String value) {
      field("str", name);
    }

    @Override
    public void blob(String name, Blob value) {
      field("blob", name);
    }

    @Override
    public void strings(String name, List<String> values) {
      list("u16", name, "s");
    }

    @Override
    public void manyStrings(String name, List<String> values) {
      list("u32", name, "s");
    }

    @Override
    public void ids(String name, List<Long> values) {
      list("u16", name, "4");
    }

    @Override
    public void mappings(String name, List<IdMapping> values) {
      list("u16", name, "444");
    }

    @Override
    public void entries(String name, List<? extends Step.Entry> values) {
      Row entry = new Row();
      values.get(0).fields(entry);
      StringBuilder letters = new StringBuilder();
      for (String field : entry.said) {
        letters.append(
            switch (field.substring(0, field.indexOf(','))) {
              case "F(str" -> "s";
              case "F(u64" -> "8";
              case "F(bool" -> "1";
              default -> "?";
            });
      }
      list("u16", name, letters.toString());
    }
  }
}
