package io.nsrun.cli;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The commands for containers that live on, as picocli knows them. */
final class ContainerModel {
  /** What they are called, in the order in which the help lists them. */
  static final String[] COMMANDS = {
    "start", "restart", "attach", "exec", "ps", "top", "stats", "logs", "stop", "kill", "wait",
    "rm", "inspect", "cp", "commit", "diff"
  };

  private ContainerModel() {}

  static boolean knows(String command) {
    for (String name : COMMANDS) {
      if (name.equals(command)) {
        return true;
      }
    }
    return false;
  }

  /** Gives a command its options and words. */
  static void describe(CommandSpec spec, String name) {
    ContainerSyntax.Command command = ContainerSyntax.of(name);
    spec.usageMessage().description(command.description());
    for (ContainerSyntax.Option option : command.options()) {
      spec.addOption(option(option));
    }
    spec.addOption(
        OptionSpec.builder("--help")
            .arity("0")
            .type(boolean.class)
            .usageHelp(true) // whatever else is missing
            .description("Print this help.")
            .build());
    if (command.words() != null) {
      spec.addPositional(words(command.words()));
    }
  }

  private static OptionSpec option(ContainerSyntax.Option option) {
    OptionSpec.Builder spec =
        OptionSpec.builder(option.names().toArray(String[]::new)).description(option.description());
    if (option.isFlag()) {
      return spec.arity("0").type(boolean.class).build();
    }
    return spec.arity("1")
        .type(option.repeated() ? String[].class : String.class)
        .paramLabel(option.label())
        .build();
  }

  private static PositionalParamSpec words(ContainerSyntax.Words words) {
    boolean one = words.most() == 1;
    boolean plain = words.label().equals("CONTAINER");
    return PositionalParamSpec.builder()
        .index(one ? "0" : "0..*")
        .arity(one ? "1" : words.least() + "..*")
        .type(one ? String.class : String[].class)
        .paramLabel(words.label())
        .hideParamSyntax(!plain)
        .description(words.description())
        .build();
  }

  /**
   * Parses the arguments of a command.
   *
   * @return null if its help was asked for
   * @throws CommandLine.ParameterException if something is wrong with them
   */
  static GivenArguments parse(String command, String[] args) {
    ContainerSyntax.Command syntax = ContainerSyntax.of(command);
    GivenArguments quick = GivenArguments.quick(syntax, args);
    return quick == null ? judged(command, syntax, args) : quick;
  }

  /** As {@link #parse}, by picocli, which says what is wrong. */
  static GivenArguments judged(String command, ContainerSyntax.Command syntax, String[] args) {
    CommandLine model = CommandModel.command(command, new OptionValues());
    CommandLine.ParseResult parsed = model.parseArgs(args);
    if (parsed.hasMatchedOption("--help")) {
      return null;
    }
    boolean words = !parsed.matchedPositionals().isEmpty();
    if (!words && syntax.words() != null && syntax.words().least() > 0) {
      throw new CommandLine.ParameterException(
          model, command + ": which CONTAINER? 'nsrun ps -a' lists all there are");
    }
    GivenArguments given = new GivenArguments();
    for (ContainerSyntax.Option option : syntax.options()) {
      OptionSpec matched = parsed.matchedOption(option.name());
      if (matched != null) {
        for (String value : strings(matched.getValue())) {
          given.add(option, option.isFlag() ? "" : value);
        }
      }
    }
    if (words) {
      // One that was met again and again is there as often, each time with all of them.
      for (String word : strings(parsed.matchedPositionals().get(0).getValue())) {
        given.addWord(word);
      }
    }
    return given;
  }

  private static String[] strings(Object value) {
    return value instanceof String[] all ? all : new String[] {String.valueOf(value)};
  }
}
