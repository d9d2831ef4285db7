package io.nsrun.docs;

import java.util.List;

/**
 * What manual pages say beyond the options.
 *
 * <p>A body is paragraphs, divided by empty lines. One that is indented is an example, printed as
 * it stands; one whose first line ends with a colon and whose rest is indented is a term and its
 * meaning; in others *words* are bold.
 */
final class ManText {
  /**
   * A section of a page.
   *
   * @param title in capitals
   * @param body see {@link ManText}
   */
  record Section(String title, String body) {}

  private static final Section EXIT =
      new Section(
          "EXIT STATUS",
          """
          0-255:
            The command's own exit code.

          128+N:
            Signal N killed the command.

          125:
            nsrun itself failed, or was called wrongly.

          126:
            The command was found but can't be executed.

          127:
            The command was not found.
          """);

  private static final Section ENVIRONMENT =
      new Section(
          "ENVIRONMENT",
          """
          NSRUN_HOME:
            An absolute path; what nsrun keeps goes to its subdirectories *cache*, *data* and
            *state*.

          XDG_CACHE_HOME, XDG_DATA_HOME, XDG_STATE_HOME, XDG_RUNTIME_DIR:
            Without NSRUN_HOME, the *nsrun* directories in these are used.

          HOME:
            What *~* means below; where it is not set, the home directory of the account does.

          COLUMNS:
            Width of what is printed for people.
          """);

  private static final Section FILES =
      new Section(
          "FILES",
          """
          ~/.cache/nsrun/nsinit-*:
            The program that makes containers, as it came in the jar. It is compared with the jar
            before each use, and may be removed at any time.

          ~/.local/share/nsrun/rootfs (root: /var/lib/nsrun/rootfs):
            Unpacked root filesystems, whose files may belong to ids of the caller's range.
            *nsrun-prune*(1) removes those that no container uses.

          DIR/nsrun-ephemeral-*:
            What a container with *--ephemeral-dir* writes. It is removed in the end, or, if nsrun
            was killed, by the next run with that DIR.

          /etc/subuid, /etc/subgid:
            The ranges of ids that a user may give to containers.
          """);

  private static final Section SIGNALS =
      new Section(
          "SIGNALS",
          """
          INT, TERM, HUP, USR1, USR2, CONT and WINCH are passed on to the command; QUIT has the JVM
          print its threads. One that comes during the set-up is kept for the command. If that has
          not started three seconds after INT, TERM or HUP, as where *newuidmap*(1) waits for a
          directory service, the signal ends nsrun, and nothing is started. KILL ends nsrun and the container with it.
          """);

  private static final Section LIMITS =
      new Section(
          "LIMITS",
          """
          No control group is involved. The monitor, a process outside, looks every 10 ms (20 ms without *--memory*) at the
          resident memory, the CPU time and the number of all processes inside; it relays the output
          and counts it. At *--memory* it kills at once; at *--pids-limit*, *--cpu-time*,
          *--output-limit* and *--timeout* it sends the stop signal, and SIGKILL after
          *--stop-timeout*. *--file-size*, *--nofile* and *--ulimit* are the kernel's, for each
          process. Which limit ended a command is told on standard error and in *--result*.

          Sizes are bytes, or have one of k, m, g, t (powers of 1024). 0 is no limit.

          Between two looks a process can go on, so that *--memory* ends what takes too much rather
          than keeping it from taking it. The kernel holds *--pids-limit* in between: forks fail
          with EAGAIN when one too many exists. A process may change its affinity again, and so
          leave the *--cpus* it was put on.
          """);

  private static final String STARTING =
      """
      A container starts again with its id, its name, its host name, and what it has written to its
      root filesystem; its log goes on. What was asked for when it was made is asked for again: the
      environment is that of then, relative paths are those of the directory of then, and where
      volumes have gone it does not start, and says so. An archive need not be there any more, or may
      be another one by now: the files that were made of it are kept as long as there is a container
      of them. Root's containers get another range of ids, which shows nowhere in their files.

      What was kept in memory, as with *--ephemeral*, is gone with the end: such a container starts
      once.

      Starting one that runs is no failure, and does nothing. Until the command runs, all that is
      known of the container is as it was: if it does not start, *nsrun-ps*(1) tells how it ended
      before.
      """;

  private static final Section RUN_EXAMPLES =
      new Section(
          "EXAMPLES",
          """
          A shell in a container:

            nsrun run

          A command on a directory of your own, whose files it can't change, with a time limit:

            nsrun run --timeout 10s -v "$PWD:/src:ro" -w /src busybox sh -c 'ls | wc -l'

          Untrusted code, with limits, and what became of it:

            nsrun run -m 256m --pids-limit 50 --cpu-time 10s --output-limit 1m \\
                --timeout 30s --result result.json busybox sh -c 'yes'

          What would be done, as data:

            nsrun run --dry-run --format json busybox true
          """);

  private ManText() {}

  /** The sections of a page that follow its options. */
  static List<Section> of(String page) {
    return switch (page) {
      case "nsrun" ->
          List.of(
              EXIT,
              ENVIRONMENT,
              FILES,
              new Section(
                  "SEE ALSO",
                  "*nsrun-run*(1), *nsrun-explain*(1), *nsrun-doctor*(1), *nsrun-prune*(1),"
                      + " *namespaces*(7)"));
      case "nsrun-run" ->
          List.of(
              EXIT,
              ENVIRONMENT,
              FILES,
              SIGNALS,
              LIMITS,
              RUN_EXAMPLES,
              new Section(
                  "SEE ALSO",
                  "*nsrun*(1), *nsrun-explain*(1), *nsrun-doctor*(1), *subuid*(5),"
                      + " *capabilities*(7), *namespaces*(7)"));
      case "nsrun-create" ->
          List.of(
              EXIT,
              FILES,
              new Section(
                  "EXAMPLES",
                  """
                  A container that is started later, and as often as it is wanted:

                    nsrun create --name build -v "$PWD:/src:ro" busybox sh -c 'date >>/log; ls /src'
                    nsrun start build
                    nsrun wait build
                    nsrun logs build
                  """),
              new Section(
                  "SEE ALSO", "*nsrun*(1), *nsrun-run*(1), *nsrun-start*(1), *nsrun-rm*(1)"));
      case "nsrun-start", "nsrun-restart" ->
          List.of(
              new Section("STARTING AGAIN", STARTING),
              EXIT,
              new Section(
                  "SEE ALSO",
                  "*nsrun*(1), *nsrun-create*(1), *nsrun-stop*(1), *nsrun-logs*(1), *nsrun-prune*(1)"));
      case "nsrun-explain" ->
          List.of(
              new Section(
                  "EXAMPLES",
                  """
                  Each step of a start, what the kernel does, and why:

                    nsrun explain busybox sh | less
                  """),
              new Section(
                  "SEE ALSO", "*nsrun*(1), *nsrun-run*(1), *namespaces*(7), *user_namespaces*(7)"));
      case "nsrun-doctor" ->
          List.of(
              new Section(
                  "EXIT STATUS",
                  """
                  0:
                    A *nsrun run* without options can work on this machine.

                  1:
                    It can't; the lines that say FAIL tell why.
                  """),
              new Section("SEE ALSO", "*nsrun*(1), *subuid*(5), *user_namespaces*(7)"));
      case "nsrun-prune" -> List.of(FILES, new Section("SEE ALSO", "*nsrun*(1), *nsrun-run*(1)"));
      default -> List.of();
    };
  }

  /** Writes a body as roff. */
  static void write(String body, Roff roff) {
    for (String paragraph : body.strip().split("\n\n+", -1)) {
      int newline = paragraph.indexOf('\n');
      if (newline > 0 && paragraph.charAt(newline - 1) == ':') {
        roff.term();
        roff.raw(Roff.bold(paragraph.substring(0, newline - 1)));
        roff.raw(styled(paragraph.substring(newline + 1).replaceAll("\\s+", " ").trim()));
      } else if (paragraph.startsWith("  ")) {
        roff.paragraph();
        roff.beginExample();
        for (String line : paragraph.split("\n", -1)) {
          roff.text(line);
        }
        roff.endExample();
      } else {
        roff.paragraph();
        roff.raw(styled(paragraph.replaceAll("\\s+", " ")));
      }
    }
  }

  private static String styled(String text) {
    StringBuilder line = new StringBuilder();
    String[] parts = text.split("\\*", -1);
    for (int i = 0; i < parts.length; i++) {
      boolean unpaired = i == parts.length - 1 && i % 2 == 1;
      line.append(unpaired ? "*" : "");
      line.append(i % 2 == 1 && !unpaired ? Roff.bold(parts[i]) : Roff.escape(parts[i]));
    }
    return line.toString();
  }
}
