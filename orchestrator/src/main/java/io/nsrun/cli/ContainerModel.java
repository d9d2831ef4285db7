package io.nsrun.cli;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The commands for containers that live on, as picocli knows them. */
final class ContainerModel {
  /** What they are called, in the order in which the help lists them. */
  static final String[] COMMANDS = {
    "start", "restart", "exec", "ps", "logs", "stop", "kill", "wait", "rm", "inspect", "cp",
    "commit", "diff"
  };

  private static final String CONTAINERS = "CONTAINER...";

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
  static void describe(CommandSpec spec, String command) {
    switch (command) {
      case "ps" -> ps(spec);
      case "logs" -> logs(spec);
      case "start" ->
          about(
              spec,
              CONTAINERS,
              "Start containers that were created, or have ended, with what they have written.",
              value(
                  "FILE",
                  "Write the command's pid, as the host sees it, to FILE once it runs.",
                  "--pid-file",
                  "--pidfile"));
      case "restart" ->
          about(
              spec,
              CONTAINERS,
              "Stop containers if they run, and start them again.",
              value(
                  "DURATION",
                  "How long they have, before they are killed. Default: their --stop-timeout.",
                  "-t",
                  "--time"));
      case "stop" ->
          about(
              spec,
              CONTAINERS,
              "Ask containers to stop, and wait until they have ended.",
              value(
                  "DURATION",
                  "How long they have, before they are killed. Default: their --stop-timeout.",
                  "-t",
                  "--time"));
      case "kill" ->
          about(
              spec,
              CONTAINERS,
              "Send containers a signal.",
              value("SIGNAL", "Which one. Default: KILL.", "-s", "--signal"));
      case "wait" ->
          about(spec, CONTAINERS, "Wait until containers have ended, and print their exit codes.");
      case "rm" ->
          about(
              spec,
              CONTAINERS,
              "Remove what is kept of containers that do not run: what they have written, their log, how they ended.",
              flag("Kill those that run, first.", "-f", "--force"));
      case "exec" -> exec(spec);
      case "cp" -> copy(spec);
      case "commit" -> commit(spec);
      case "diff" ->
          about(
              spec,
              "CONTAINER",
              "List what a container has changed of the root filesystem that it was started from: C for changed, A for added, D for deleted.");
      case "inspect" -> about(spec, CONTAINERS, "Print, as JSON, all that is known of containers.");
      default -> throw new IllegalArgumentException("no command " + command);
    }
    spec.addOption(
        OptionSpec.builder("--help")
            .arity("0")
            .type(boolean.class)
            .usageHelp(true) // whatever else is missing
            .description("Print this help.")
            .build());
  }

  private static void ps(CommandSpec spec) {
    about(
        spec,
        null,
        "List the containers in the background, of 'run -d' and 'create'.",
        flag("Those that do not run, too.", "-a", "--all"),
        flag("Their ids alone.", "-q", "--quiet"),
        flag("Whole ids and commands.", "--no-trunc"),
        value("FORMAT", "table or json. Default: table.", "--format"));
  }

  private static void logs(CommandSpec spec) {
    about(
        spec,
        "CONTAINER",
        "Print what a container has written, to standard output and standard error as it did.",
        flag("Go on until it ends.", "-f", "--follow"),
        value(
            "TIME",
            "What was written since then: a time, or how long ago, such as 10m.",
            "--since"),
        value("TIME", "What was written until then.", "--until"),
        value("N", "The last N lines; all is the default.", "-n", "--tail"),
        flag("With the time of each line.", "-t", "--timestamps"));
  }

  private static void exec(CommandSpec spec) {
    spec.usageMessage()
        .description(
            "Run a command in a container that runs, with the rights of its own command. It ends with the container.");
    spec.addOption(flag("Give it the caller's standard input.", "-i", "--interactive"));
    spec.addOption(
        flag(
            "Give it a terminal. Default: if standard input and output are terminals.",
            "-t",
            "--tty"));
    spec.addOption(
        values(
            "NAME=VALUE",
            "Set an environment variable, beyond those of the container.",
            "-e",
            "--env"));
    spec.addOption(value("DIR", "Start it in DIR. Default: as the container.", "-w", "--workdir"));
    spec.addOption(
        value("UID[:GID]", "Run it as this user. Default: as the container.", "-u", "--user"));
    spec.addPositional(
        PositionalParamSpec.builder()
            .index("0..*")
            .arity("2..*")
            .type(String[].class)
            .paramLabel("CONTAINER COMMAND [ARG...]")
            .hideParamSyntax(true)
            .description("A name, an id, or the begin of one; and the command.")
            .build());
  }

  private static void copy(CommandSpec spec) {
    spec.usageMessage()
        .description(
            "Copy files out of a container that runs, or into it. A directory is copied with all it has, and with /. behind it, what it has alone. - is a tar archive on standard output, or input.");
    spec.addOption(
        flag(
            "Files keep the ids of their owners. Default: what comes out is yours, and what goes in is root's.",
            "-a",
            "--archive"));
    spec.addOption(
        flag("If what is to be copied is a symbolic link, follow it.", "-L", "--follow-link"));
    spec.addPositional(
        PositionalParamSpec.builder()
            .index("0..*")
            .arity("1..*")
            .type(String[].class)
            .paramLabel("CONTAINER:PATH FILE|DIR|- | FILE|DIR|- CONTAINER:PATH")
            .hideParamSyntax(true)
            .description("What is copied, and where to. A container is named as elsewhere.")
            .build());
  }

  private static void commit(CommandSpec spec) {
    spec.usageMessage()
        .description(
            "Make an archive of a container's root filesystem, as it is now, which run takes. A container that runs is not paused. What is mounted in it, as volumes and /proc, is left out.");
    spec.addPositional(
        PositionalParamSpec.builder()
            .index("0..*")
            .arity("1..*")
            .type(String[].class)
            .paramLabel("CONTAINER FILE|-")
            .hideParamSyntax(true)
            .description(
                "FILE ends with .tar, .tar.gz, .tgz or .tar.zst, and is compressed as it says; - is standard output.")
            .build());
  }

  private static OptionSpec values(String label, String description, String... names) {
    return OptionSpec.builder(names)
        .arity("1")
        .type(String[].class)
        .paramLabel(label)
        .description(description)
        .build();
  }

  private static void about(
      CommandSpec spec, String words, String description, OptionSpec... options) {
    spec.usageMessage().description(description);
    for (OptionSpec option : options) {
      spec.addOption(option);
    }
    if (words != null) {
      spec.addPositional(
          PositionalParamSpec.builder()
              .index(words.equals(CONTAINERS) ? "0..*" : "0")
              .arity(words.equals(CONTAINERS) ? "1..*" : "1")
              .type(words.equals(CONTAINERS) ? String[].class : String.class)
              .paramLabel(words.replace("...", ""))
              .hideParamSyntax(false)
              .description("A name, an id, or the begin of one.")
              .build());
    }
  }

  private static OptionSpec flag(String description, String... names) {
    return OptionSpec.builder(names)
        .arity("0")
        .type(boolean.class)
        .description(description)
        .build();
  }

  private static OptionSpec value(String label, String description, String... names) {
    return OptionSpec.builder(names)
        .arity("1")
        .type(String.class)
        .paramLabel(label)
        .description(description)
        .build();
  }

  /**
   * Parses the arguments of a command.
   *
   * @return null if its help was asked for
   * @throws CommandLine.ParameterException if something is wrong with them
   */
  static CommandLine.ParseResult parse(String command, String[] args) {
    CommandLine model = CommandModel.command(command, new OptionValues());
    CommandLine.ParseResult given = model.parseArgs(args);
    if (given.hasMatchedOption("--help")) {
      return null;
    }
    if (!model.getCommandSpec().positionalParameters().isEmpty()
        && given.matchedPositionals().isEmpty()) {
      throw new CommandLine.ParameterException(
          model, command + ": which CONTAINER? 'nsrun ps -a' lists all there are");
    }
    return given;
  }
}
