package io.nsrun.cli;

import io.nsrun.engine.Caller;
import io.nsrun.engine.Prepared;
import io.nsrun.engine.Roots;
import io.nsrun.engine.RunLog;
import io.nsrun.log.LogLevel;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.RootSource;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import java.io.IOException;

/**
 * What the options of {@code run} ask for.
 *
 * @param spec as far as they could be read
 * @param problems what is wrong with them
 */
record RunRequest(Spec spec, SpecProblems problems) {
  /** Reads the options; looks at what ROOTFS is, and at files that they name. */
  static RunRequest read(OptionValues values, Caller caller) throws IOException {
    SpecProblems problems = new SpecProblems();
    SpecOptions options = new SpecOptions(values, caller, problems);
    String rootfs = options.rootfs();
    RootSource source = RootSource.HOST;
    if (rootfs != null) {
      try {
        source = Roots.source(rootfs, caller);
      } catch (ExplainedException e) {
        source = null;
        problems.add(SpecField.ROOT, e.text(), e.remedy());
      }
    }
    return new RunRequest(options.build(source), problems);
  }

  /** Tells what is odd about it. */
  void warn(Prepared prepared) {
    if (!prepared.warnings().isEmpty() && LogLevel.current().covers(LogLevel.WARN)) {
      for (String warning : prepared.warnings()) {
        RunLog.warn(warning);
      }
    }
  }
}
