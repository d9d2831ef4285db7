package io.nsrun.doctor;

import io.nsrun.spec.Text;
import java.util.function.Function;

/**
 * One thing to look at.
 *
 * @param id stable name, lower-case words joined by hyphens
 * @param what what is looked at
 * @param why why nsrun needs it
 * @param check looks at the machine; changes nothing, never throws
 */
record Probe(String id, String what, Text why, Function<Machine, Outcome> check) {
  Probe(String id, String what, String why, Function<Machine, Outcome> check) {
    this(id, what, Text.of(why), check);
  }

  Finding examine(Machine machine) {
    Outcome outcome = check.apply(machine);
    return new Finding(
        id, Text.of(what), outcome.result(), outcome.detail(), why, outcome.remedy());
  }
}
