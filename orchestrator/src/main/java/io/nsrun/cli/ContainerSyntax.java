package io.nsrun.cli;

import java.util.List;

/**
 * What the commands for containers that live on take. Both the parser of arguments that are right
 * ({@link GivenArguments}) and the model that judges all others and prints help ({@link
 * ContainerModel}) are made of it.
 */
final class ContainerSyntax {
  /**
   * An option.
   *
   * @param label of its value; null for a flag
   * @param repeated whether it may be given more than once, and has all its values then
   * @param names of which the code calls it by the first long one
   */
  record Option(String label, boolean repeated, String description, List<String> names) {
    boolean isFlag() {
      return label == null;
    }

    /** What the code calls it. */
    String name() {
      for (String name : names) {
        if (name.startsWith("--")) {
          return name;
        }
      }
      throw new IllegalStateException(description);
    }
  }

  /**
   * What comes beside the options.
   *
   * @param label as the help has it
   * @param least how many there are
   * @param most how many there may be
   */
  record Words(String label, String description, int least, int most) {}

  /**
   * A command.
   *
   * @param words null if there are none
   * @param ownWords whether options end with the first word, as what follows is another command
   */
  record Command(String description, Words words, boolean ownWords, List<Option> options) {
    /** The option with one of its names; null if there is none. */
    Option option(String name) {
      for (Option option : options) {
        if (option.names().contains(name)) {
          return option;
        }
      }
      return null;
    }
  }

  private static final String WHICH = "A name, an id, or the begin of one.";
  private static final Words CONTAINERS = new Words("CONTAINER", WHICH, 1, Integer.MAX_VALUE);
  private static final Words CONTAINER = new Words("CONTAINER", WHICH, 1, 1);

  private static final Option FORMAT =
      value("FORMAT", "table or json. Default: table.", "--format");

  private static final Option STATUS_FD =
      value(
          "N",
          "Write a line of JSON to the caller's descriptor N when the command runs, with its pids, and, of exec without -d and start -a, one when it has ended.",
          "--status-fd");

  private static final Option PID_FILE =
      value(
          "FILE",
          "Write the command's pid, as the host sees it, to FILE once it runs.",
          "--pid-file",
          "--pidfile");

  private static final Option DETACH_KEYS =
      value(
          "KEYS",
          "What is typed to leave a container that has a terminal: characters and ctrl-LETTER, with commas between them; nothing for no such keys. Default: ctrl-p,ctrl-q.",
          "--detach-keys");

  private static final Option SIG_PROXY =
      value(
          "true|false",
          "Give it the signals that reach nsrun, if it has no terminal. Default: true.",
          "--sig-proxy");

  private ContainerSyntax() {}

  /**
   * That of a command.
   *
   * @param name one of {@link ContainerModel#COMMANDS}
   */
  static Command of(String name) {
    return switch (name) {
      case "ps" ->
          command(
              "List the containers in the background, of 'run -d' and 'create'.",
              null,
              flag("Those that do not run, too.", "-a", "--all"),
              flag("Their ids alone.", "-q", "--quiet"),
              flag("Whole ids and commands.", "--no-trunc"),
              new Option(
                  "KEY=VALUE",
                  true,
                  "Those alone of which it is so: name=PART, id=BEGIN, status=STATUS, exited=CODE. Of a key that is given several times one value is enough.",
                  List.of("-f", "--filter")),
              FORMAT);
      case "top" ->
          command(
              "List the processes of a container: their numbers on the host and inside, the user that each has inside, and the CPU time that it has used.",
              CONTAINER,
              FORMAT);
      case "stats" ->
          command(
              "Show what containers use, beside what they may use, each second anew: CPU, memory, reads and writes of disks, processes and threads. A - is what there is no limit of, or what can't be seen.",
              new Words(
                  "CONTAINER",
                  "A name, an id, or the begin of one. Default: all that run.",
                  0,
                  Integer.MAX_VALUE),
              flag("Once, over one second.", "--no-stream"),
              FORMAT);
      case "logs" -> logs();
      case "start" ->
          command(
              "Start containers that were created, or have ended, with what they have written.",
              CONTAINERS,
              flag(
                  "Attach to it, so that nothing is missed of what it writes. For one container.",
                  "-a",
                  "--attach"),
              flag(
                  "Attach to it, and give it standard input, whose end is that of its input.",
                  "-i",
                  "--interactive"),
              DETACH_KEYS,
              SIG_PROXY,
              PID_FILE,
              STATUS_FD);
      case "attach" ->
          command(
              "Stand between a container that runs and the caller's standard input, output and error, from now on. The exit code is the container's; 0 if it is left, and goes on.",
              CONTAINER,
              DETACH_KEYS,
              flag("Don't give it standard input.", "--no-stdin"),
              SIG_PROXY);
      case "restart" ->
          command(
              "Stop containers if they run, and start them again.",
              CONTAINERS,
              value(
                  "DURATION",
                  "How long they have, before they are killed. Default: their --stop-timeout.",
                  "-t",
                  "--time"));
      case "stop" ->
          command(
              "Ask containers to stop, and wait until they have ended.",
              CONTAINERS,
              value(
                  "DURATION",
                  "How long they have, before they are killed. Default: their --stop-timeout.",
                  "-t",
                  "--time"));
      case "kill" ->
          command(
              "Send containers a signal.",
              CONTAINERS,
              value("SIGNAL", "Which one. Default: KILL.", "-s", "--signal"));
      case "wait" ->
          command("Wait until containers have ended, and print their exit codes.", CONTAINERS);
      case "rm" ->
          command(
              "Remove what is kept of containers that do not run: what they have written, their log, how they ended.",
              CONTAINERS,
              flag("Kill those that run, first.", "-f", "--force"));
      case "exec" -> exec();
      case "cp" -> copy();
      case "commit" ->
          command(
              "Make an archive of a container's root filesystem, as it is now, which run takes. A container that runs is not paused. What is mounted in it, as volumes and /proc, is left out.",
              new Words(
                  "CONTAINER FILE|-",
                  "FILE ends with .tar, .tar.gz, .tgz or .tar.zst, and is compressed as it says; - is standard output.",
                  1,
                  Integer.MAX_VALUE));
      case "diff" ->
          command(
              "List what a container has changed of the root filesystem that it was started from: C for changed, A for added, D for deleted.",
              CONTAINER);
      case "inspect" -> command("Print, as JSON, all that is known of containers.", CONTAINERS);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static Command logs() {
    return command(
        "Print what a container has written, to standard output and standard error as it did.",
        CONTAINER,
        flag("Go on until it ends.", "-f", "--follow"),
        value(
            "TIME",
            "What was written since then: a time, or how long ago, such as 10m.",
            "--since"),
        value("TIME", "What was written until then.", "--until"),
        value("N", "The last N lines; all is the default.", "-n", "--tail"),
        flag("With the time of each line.", "-t", "--timestamps"));
  }

  private static Command exec() {
    return new Command(
        "Run a command in a container that runs, with the rights of its own command. It ends with the container.",
        new Words(
            "CONTAINER COMMAND [ARG...]",
            "A name, an id, or the begin of one; and the command.",
            2,
            Integer.MAX_VALUE),
        true,
        List.of(
            flag(
                "Return when it runs. It goes on without its caller, reads nothing, and what it writes is nobody's; 'nsrun top' shows it.",
                "-d",
                "--detach"),
            flag("Give it the caller's standard input.", "-i", "--interactive"),
            flag(
                "Give it a terminal. Default: if standard input and output are terminals, unless with -d.",
                "-t",
                "--tty"),
            new Option(
                "NAME=VALUE",
                true,
                "Set an environment variable, beyond those of the container.",
                List.of("-e", "--env")),
            value("DIR", "Start it in DIR. Default: as the container.", "-w", "--workdir"),
            value(
                "USER[:GROUP]",
                "Run it as this user, by name or number: names are those of the container's files. Default: as the container.",
                "-u",
                "--user"),
            flag(
                "Give it all capabilities. CAP_SYS_ADMIN is among them where the container was started with it: in another one it would undo read-only mounts, and what hides paths.",
                "--privileged"),
            PID_FILE,
            STATUS_FD));
  }

  private static Command copy() {
    return command(
        "Copy files out of a container, or into it, be it running or not. A directory is copied with all it has, and with /. behind it, what it has alone. - is a tar archive on standard output, or input. Of a container that does not run it is the root filesystem, without what is mounted in it; what was kept in memory is gone then.",
        new Words(
            "CONTAINER:PATH FILE|DIR|- | FILE|DIR|- CONTAINER:PATH",
            "What is copied, and where to. A container is named as elsewhere.",
            1,
            Integer.MAX_VALUE),
        flag(
            "Files keep the ids of their owners. Default: what comes out is yours, and what goes in is root's.",
            "-a",
            "--archive"),
        flag("If what is to be copied is a symbolic link, follow it.", "-L", "--follow-link"));
  }

  private static Command command(String description, Words words, Option... options) {
    return new Command(description, words, false, List.of(options));
  }

  private static Option flag(String description, String... names) {
    return new Option(null, false, description, List.of(names));
  }

  private static Option value(String label, String description, String... names) {
    return new Option(label, false, description, List.of(names));
  }
}
