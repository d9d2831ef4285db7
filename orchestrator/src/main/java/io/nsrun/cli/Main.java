package io.nsrun.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Entry point of {@code java -jar orchestrator.jar}. */
public final class Main {
  /** nsrun itself failed, as opposed to the command that it ran. */
  private static final int EXIT_NSRUN = 125;

  private Main() {}

  public static void main(String[] args) {
    System.exit(run(args));
  }

  private static int run(String[] args) {
    CommandSpec spec = CommandSpec.create().name("nsrun");
    spec.addOption(
        OptionSpec.builder("--version")
            .versionHelp(true)
            .description("Print the version.")
            .build());
    spec.version("nsrun " + version());
    CommandLine line = new CommandLine(spec);
    try {
      line.parseArgs(args);
    } catch (CommandLine.ParameterException e) {
      System.err.println("nsrun: " + e.getMessage());
      return EXIT_NSRUN;
    }
    if (line.isVersionHelpRequested()) {
      line.printVersionHelp(System.out);
    } else {
      line.usage(System.err);
      return EXIT_NSRUN;
    }
    return 0;
  }

  /** Version of the build, read only when it is asked for. */
  private static String version() {
    try (InputStream in = Main.class.getResourceAsStream("version")) {
      if (in == null) {
        throw new IllegalStateException("resource io/nsrun/cli/version is not in the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new IllegalStateException("resource io/nsrun/cli/version can't be read", e);
    }
  }
}
