package io.nsrun.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The commands as picocli knows them, each built only when it is called for: building all of them
 * costs more than a run.
 */
public final class CommandModel {
  /** All commands, in the order in which the help lists them. */
  static final List<String> COMMANDS = commands();

  private CommandModel() {}

  private static List<String> commands() {
    List<String> all = new ArrayList<>(List.of("run", "create"));
    all.addAll(List.of(ContainerModel.COMMANDS));
    all.addAll(List.of("explain", "doctor", "prune", "serve", "version", "help"));
    return List.copyOf(all);
  }

  /** The whole program with all its commands, for completion scripts and manual pages. */
  public static CommandLine all() {
    CommandSpec root = CommandSpec.create().name("nsrun");
    root.usageMessage()
        .description("Run a command in a Linux container: rootless, no daemon, no cgroups.")
        .footer("'nsrun COMMAND --help' tells more about a command.");
    root.addOption(
        OptionSpec.builder("--version")
            .type(boolean.class)
            .arity("0")
            .description("Print the version.")
            .build());
    root.addOption(
        OptionSpec.builder("--help")
            .type(boolean.class)
            .arity("0")
            .description("Print this help.")
            .build());
    for (String name : COMMANDS) {
      root.addSubcommand(name, command(name, new OptionValues()));
    }
    return new CommandLine(root);
  }

  /**
   * One command.
   *
   * @param name one of {@link #COMMANDS}
   * @param given takes what is parsed
   */
  static CommandLine command(String name, OptionValues given) {
    IParameterPreprocessor values = new PicocliValues(given);
    CommandSpec spec = CommandSpec.create();
    spec.qualifiedName(" ");
    spec.name("nsrun " + name);
    switch (name) {
      case "run" -> run(spec, values);
      case "create" -> create(spec, values);
      case "explain" -> explain(spec, values);
      case "doctor" -> doctor(spec, values);
      case "prune" -> prune(spec, values);
      case "serve" -> serve(spec, values);
      case "version" -> spec.usageMessage().description("Print the version.");
      case "help" -> help(spec, values);
      default -> ContainerModel.describe(spec, name);
    }
    spec.parser()
        .stopAtPositional(!ContainerModel.knows(name) || name.equals("exec"))
        .posixClusteredShortOptionsAllowed(true)
        .overwrittenOptionsAllowed(true)
        .expandAtFiles(false)
        .trimQuotes(false);
    spec.interpolateVariables(false);
    return new CommandLine(spec);
  }

  /**
   * Parses the arguments of a command.
   *
   * @param name one of {@link #COMMANDS}
   * @throws CommandLine.ParameterException if something is wrong with them
   */
  static OptionValues parse(String name, String[] args) {
    OptionValues values = new OptionValues();
    command(name, values).parseArgs(args);
    return values;
  }

  private static void run(CommandSpec spec, IParameterPreprocessor values) {
    spec.usageMessage()
        .description("Run a command in a new container.")
        .footer(
            "ROOTFS is a directory (with a slash in it, or .), a tar archive (- for one on standard input), or",
            "the name busybox, which is the default.",
            "Everything after ROOTFS belongs to the command; without one, a shell is started.",
            "",
            "The exit code is the command's; 128+N if signal N killed it; 125 if nsrun failed, 126 if the command",
            "can't be executed, 127 if it was not found.");
    for (RunOption option : RunOption.values()) {
      spec.addOption(option(option, values));
    }
    spec.addPositional(positional("[ROOTFS [COMMAND [ARG...]]]", values));
  }

  private static void create(CommandSpec spec, IParameterPreprocessor values) {
    spec.usageMessage()
        .description(
            "Make a container as 'nsrun run -d' does, but do not start it: print its id.",
            "'nsrun start' starts it, then and whenever it has ended.")
        .footer(
            "ROOTFS and what follows it are those of 'nsrun run'. What is asked for here, the environment",
            "included, is what the container has at each start.");
    for (RunOption option : RunOption.values()) {
      if (option.isOfCreate()) {
        spec.addOption(option(option, values));
      }
    }
    spec.addPositional(positional("[ROOTFS [COMMAND [ARG...]]]", values));
  }

  private static void explain(CommandSpec spec, IParameterPreprocessor values) {
    spec.usageMessage()
        .description(
            "Explain what 'nsrun run' would do with the same words, step by step. Nothing is run.");
    for (RunOption option : RunOption.values()) {
      spec.addOption(option(option, values));
    }
    spec.addPositional(positional("[ROOTFS [COMMAND [ARG...]]]", values));
  }

  private static void doctor(CommandSpec spec, IParameterPreprocessor values) {
    spec.usageMessage()
        .description(
            "Look at this machine for what nsrun needs, and say what to do about what is missing.");
    spec.addOption(
        OptionSpec.builder(RunOption.FORMAT.names())
            .arity("1")
            .paramLabel("FORMAT")
            .description("text or json. Default: text.")
            .completionCandidates(List.of("text", "json"))
            .userObject(RunOption.FORMAT)
            .preprocessor(values)
            .build());
    spec.addOption(option(RunOption.HELP, values));
  }

  private static void prune(CommandSpec spec, IParameterPreprocessor values) {
    spec.usageMessage()
        .description(
            "Remove the unpacked archives that no container uses, and say what that freed.",
            "What is asked for again is unpacked again.");
    spec.addOption(
        flag(
            "Before that, all containers that have ended: their logs, what they wrote to their root filesystem, how they ended. Asks first.",
            "--containers"));
    spec.addOption(flag("Don't ask.", "-f", "--force"));
    spec.addOption(option(RunOption.HELP, values));
  }

  private static void serve(CommandSpec spec, IParameterPreprocessor values) {
    spec.usageMessage()
        .description(
            "Start, stop or look at a service: a JVM of yours that stays, and that the program 'nsrun' asks",
            "in place of a JVM of its own. No container depends on it.")
        .footer(
            "start   start one in the background, unless there is one; prints its process id",
            "stop    end it; containers go on",
            "status  tell whether there is one; exit code 3 if there is none",
            "run     be one, in the foreground, as for a service manager",
            "",
            "It serves its own user alone, and whoever sees the machine as it does: same namespaces, root, groups,",
            "capabilities, limits. NSRUN_SERVE=off has 'nsrun' ask none.");
    spec.addOption(
        OptionSpec.builder("--idle")
            .arity("1")
            .type(String.class)
            .paramLabel("DURATION")
            .description("How long it stays while nobody asks, as in 30s. Default: 10m.")
            .build());
    spec.addOption(option(RunOption.HELP, values));
    spec.addPositional(positional("start|stop|status|run", values));
  }

  private static OptionSpec flag(String description, String... names) {
    return OptionSpec.builder(names)
        .arity("0")
        .type(boolean.class)
        .description(description)
        .build();
  }

  private static void help(CommandSpec spec, IParameterPreprocessor values) {
    spec.usageMessage().description("Print what a command is for, and its options.");
    spec.addPositional(positional("[COMMAND]", values));
  }

  private static OptionSpec option(RunOption option, IParameterPreprocessor values) {
    OptionSpec.Builder builder =
        OptionSpec.builder(option.names())
            .description(option.description())
            .userObject(option)
            .preprocessor(values);
    if (option.kind() == RunOption.Kind.FLAG) {
      builder.arity("0").type(boolean.class);
    } else {
      builder.arity("1").type(String.class).paramLabel(option.parameter());
      List<String> candidates = option.candidates();
      if (!candidates.isEmpty()) {
        builder.completionCandidates(candidates);
      }
    }
    return builder.build();
  }

  private static PositionalParamSpec positional(String label, IParameterPreprocessor values) {
    return PositionalParamSpec.builder()
        .index("0..*")
        .arity("0..*")
        .type(List.class)
        .auxiliaryTypes(String.class)
        .paramLabel(label)
        .hideParamSyntax(true)
        .preprocessor(values)
        .build();
  }
}
