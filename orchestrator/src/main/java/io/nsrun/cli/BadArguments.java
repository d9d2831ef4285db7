package io.nsrun.cli;

import io.nsrun.spec.Suggestion;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/**
 * Says what picocli found wrong with the arguments of a command. A class of its own, since a run
 * with good arguments has no use for picocli.
 */
final class BadArguments {
  private BadArguments() {}

  /** Tells it in one line; false if it is not about that. */
  static boolean tell(Throwable thrown, ErrorPrinter errors) {
    if (!(thrown instanceof CommandLine.ParameterException)) {
      return false;
    }
    if (thrown instanceof CommandLine.UnmatchedArgumentException unmatched
        && !unmatched.getUnmatched().isEmpty()) {
      errors.line(unmatched(unmatched));
    } else {
      errors.line(thrown.getMessage());
    }
    return true;
  }

  private static String unmatched(CommandLine.UnmatchedArgumentException e) {
    String argument = e.getUnmatched().get(0);
    // picocli says so of the rest of a cluster such as -itx.
    int space = argument.indexOf(" (while processing option");
    String option =
        space < 0
            ? argument
            : argument.startsWith("-")
                ? argument.substring(0, space)
                : "-" + argument.substring(0, space);
    int equals = option.indexOf('=');
    String name = equals < 0 ? option : option.substring(0, equals);
    String what = name.startsWith("-") ? "unknown option " : "unexpected word ";
    String instead = DockerOptions.instead(name);
    if (instead != null) {
      return what + name + ": " + instead;
    }
    List<String> known = new ArrayList<>(e.getCommandLine().getCommandSpec().optionsMap().keySet());
    String nearest = Suggestion.nearest(name, known);
    String command = e.getCommandLine().getCommandSpec().name();
    return what
        + name
        + (nearest == null ? "; see '" + command + " --help'" : "; did you mean " + nearest + "?");
  }
}
