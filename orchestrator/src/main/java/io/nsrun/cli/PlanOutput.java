package io.nsrun.cli;

import io.nsrun.engine.Caller;
import io.nsrun.engine.Prepared;
import io.nsrun.plan.explain.PlanPrinter;
import java.io.IOException;
import java.io.PrintWriter;

/** Prints plans. */
final class PlanOutput {
  private PlanOutput() {}

  /** The steps as data. */
  static void dryRun(Prepared prepared, boolean json, PrintWriter out) throws IOException {
    if (json) {
      PlanPrinter.dryRunJson(prepared.plan(), out);
    } else {
      PlanPrinter.dryRun(prepared.plan(), out);
    }
    out.flush();
  }

  /** The steps as prose, with what the options do besides. */
  static void explain(Prepared prepared, OptionValues values, Caller caller, PrintWriter out)
      throws IOException {
    PlanPrinter.explain(
        prepared.plan(),
        prepared.spec(),
        prepared.resolved().root(),
        OptionNotes.of(prepared, values),
        OutputWidth.columns(caller.variable("COLUMNS")),
        out);
    out.flush();
  }
}
