package io.nsrun.plan.explain;

import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.Step;
import io.nsrun.spec.Spec;
import java.io.IOException;
import java.io.Writer;
import java.util.List;

/**
 * Shows what would be done, without doing it: as prose to learn from, or as data.
 *
 * <p>Pure text: the same plan always gives the same bytes.
 */
public final class PlanPrinter {
  private static final List<String> OBJECTS =
      List.of("path", "target", "type", "name", "key", "resource");

  private PlanPrinter() {}

  /**
   * Explains a plan step by step: what is done, what the kernel does, why, and which manual page
   * tells more; at the end, which isolation it achieves.
   *
   * @param root directory of the root file system on the host
   * @param optionNotes what options do beside the steps; shown between them and the isolation
   * @param width most characters in a line, at least 40; only a long word exceeds it
   */
  public static void explain(
      LaunchPlan plan,
      Spec spec,
      String root,
      List<OptionNote> optionNotes,
      int width,
      Appendable out)
      throws IOException {
    new ExplainPrinter(plan, spec, root, Math.max(40, width), out).print(optionNotes);
  }

  /**
   * Writes one line for each step: its name, then {@code key=value} for each part of its payload;
   * then one line {@code isolation ...} for each property. A value with other characters than
   * letters, digits and {@code _./:+@%,=-} is quoted as in JSON; a list is a JSON array of strings.
   */
  public static void dryRun(LaunchPlan plan, Appendable out) throws IOException {
    DryRunPrinter.text(plan, out);
  }

  /**
   * Writes the data of {@link #dryRun} as one JSON object: {@code steps}, each with {@code step}
   * and {@code stage}, and {@code isolation}; a newline at the end.
   */
  public static void dryRunJson(LaunchPlan plan, Writer out) throws IOException {
    DryRunPrinter.json(plan, out);
  }

  /**
   * What a step is about, in one value: a path, a file system's type, a name; empty if it is about
   * nothing in particular. Never the command's arguments or environment.
   */
  public static String object(Step step) {
    List<PlanFields.Field> fields = PlanFields.of(step);
    for (String key : OBJECTS) {
      for (PlanFields.Field field : fields) {
        if (field.key().equals(key)) {
          return field.value().toString();
        }
      }
    }
    return "";
  }
}
