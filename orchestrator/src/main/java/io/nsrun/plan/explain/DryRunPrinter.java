package io.nsrun.plan.explain;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import io.nsrun.json.JsonText;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.SetupStep;
import io.nsrun.plan.steps.Step;
import io.nsrun.spec.Printable;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Locale;

/** Writes a plan as data; see {@link PlanPrinter}. */
final class DryRunPrinter {
  private static final String BARE = "[A-Za-z0-9_./:+@%,=-]+";

  private DryRunPrinter() {}

  static void text(LaunchPlan plan, Appendable out) throws IOException {
    for (Step step : plan.steps()) {
      StringBuilder line = new StringBuilder(step.stepName());
      for (PlanFields.Field field : PlanFields.of(step)) {
        line.append(' ').append(field.key()).append('=').append(value(field.value()));
      }
      out.append(Printable.of(line.toString())).append('\n');
    }
    for (Isolation.Property property : plan.isolation().properties()) {
      out.append("isolation aspect=").append(property.aspect().key());
      out.append(" full=").append(String.valueOf(property.full()));
      out.append(" value=").append(Printable.of(value(property.value())));
      out.append(" reason=").append(Printable.of(value(property.reason()))).append('\n');
    }
  }

  private static String value(Object value) {
    if (value instanceof List<?> list) {
      StringBuilder text = new StringBuilder("[");
      for (Object element : list) {
        text.append(text.length() == 1 ? "" : ",").append(quoted(element.toString()));
      }
      return text.append(']').toString();
    }
    String text = value.toString();
    return text.matches(BARE) ? text : quoted(text);
  }

  private static String quoted(String text) {
    return "\"" + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"";
  }

  static void json(LaunchPlan plan, Writer out) throws IOException {
    JsonGenerator json = new JsonFactory().createGenerator(out);
    json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    json.setPrettyPrinter(new DefaultPrettyPrinter());
    json.writeStartObject();
    json.writeArrayFieldStart("steps");
    for (Step step : plan.steps()) {
      json.writeStartObject();
      json.writeStringField("step", step.stepName());
      json.writeStringField("stage", stage(step));
      for (PlanFields.Field field : PlanFields.of(step)) {
        json.writeFieldName(field.key());
        write(json, field.value());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("isolation");
    for (Isolation.Property property : plan.isolation().properties()) {
      json.writeStartObject();
      json.writeStringField("aspect", property.aspect().key());
      json.writeBooleanField("full", property.full());
      JsonText.write(json, "value", property.value());
      JsonText.write(json, "reason", property.reason());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
    json.close();
    out.write('\n');
    out.flush();
  }

  /** Who carries it out: the monitor has two stages, of which data make no difference. */
  private static String stage(Step step) {
    SetupStep.Stage stage = step.kind().stage();
    return stage == SetupStep.Stage.MAPS ? "host" : stage.name().toLowerCase(Locale.ROOT);
  }

  private static void write(JsonGenerator json, Object value) throws IOException {
    if (value instanceof List<?> list) {
      json.writeStartArray();
      for (Object element : list) {
        JsonText.write(json, element.toString());
      }
      json.writeEndArray();
    } else if (value instanceof Long number) {
      json.writeNumber(number);
    } else if (value instanceof Boolean flag) {
      json.writeBoolean(flag);
    } else {
      JsonText.write(json, value.toString());
    }
  }
}
