package io.nsrun.cli;

import io.nsrun.engine.Caller;
import io.nsrun.engine.Lookups;
import io.nsrun.launch.UserDatabase;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.RootSource;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.SpecProblemsException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Arguments of {@code run}, a line each, on the way to a plan: problems are told, never thrown. */
public final class CommandLineFuzz {
  private static final UserDatabase USERS =
      new UserDatabase("root:x:0:0::/root:/bin/sh\n", "wheel:x:10:root\n");

  private static final ErrorPrinter NOBODY =
      new ErrorPrinter(new PrintStream(OutputStream.nullOutputStream()));

  private CommandLineFuzz() {}

  public static void fuzzerTestOneInput(byte[] lines) throws IOException {
    String[] args = new String(lines, StandardCharsets.UTF_8).split("\n", -1);
    try {
      OptionValues values = OptionParser.parse(args);
      if (values == null) {
        values = CommandModel.parse("run", args);
      }
      SpecProblems problems = new SpecProblems();
      Caller caller = Caller.of(Map.of("TERM", "vt220"), "/");
      SpecOptions options = new SpecOptions(values, caller, problems);
      Spec spec =
          options.build(options.rootfs() == null ? RootSource.HOST : new RootSource.Directory("/"));
      Lookups.plan(spec, caller, USERS, problems);
    } catch (SpecProblemsException | ExplainedException e) {
      // Told line by line.
    } catch (RuntimeException e) {
      if (!BadArguments.tell(e, NOBODY)) {
        throw e;
      }
    }
  }
}
