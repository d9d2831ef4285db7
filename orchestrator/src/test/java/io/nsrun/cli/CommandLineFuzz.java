package io.nsrun.cli;

import io.nsrun.engine.SeccompFilters;
import io.nsrun.launch.UserDatabase;
import io.nsrun.plan.Planner;
import io.nsrun.plan.Specs;
import io.nsrun.plan.facts.HostFacts;
import io.nsrun.plan.facts.HostFactsReader;
import io.nsrun.rootfs.RootfsResolver;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.SpecProblemsException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Map;

/** Words of {@code run}, a line each, on the way to a plan: problems are told, never thrown. */
public final class CommandLineFuzz {
  private static final UserDatabase USERS =
      new UserDatabase("root:x:0:0::/root:/bin/sh\n", "wheel:x:10:root\n");

  private static final ErrorPrinter NOBODY =
      new ErrorPrinter(new PrintStream(OutputStream.nullOutputStream()));

  private CommandLineFuzz() {}

  public static void fuzzerTestOneInput(byte[] words) throws IOException {
    String[] args = new String(words, StandardCharsets.UTF_8).split("\n", -1);
    try {
      OptionValues values = OptionParser.parse(args);
      if (values == null) {
        values = CommandModel.parse("run", args);
      }
      SpecProblems problems = new SpecProblems();
      SpecOptions options = new SpecOptions(values, Map.of("TERM", "vt220"), "/", problems);
      Spec spec =
          options.build("/", RootfsResolver.Kind.DIRECTORY, options.needsUsers() ? USERS : null);
      HostFacts facts = HostFactsReader.read(spec, () -> Specs.PRIVATE_RANGE);
      Planner.plan(spec, SeccompFilters.add(spec, facts, problems, new ArrayList<>()), problems);
    } catch (SpecProblemsException | ExplainedException e) {
      // Told line by line.
    } catch (RuntimeException e) {
      if (!BadWords.tell(e, NOBODY)) {
        throw e;
      }
    }
  }
}
