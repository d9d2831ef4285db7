package io.nsrun.docs;

import io.nsrun.cli.CommandModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Writes manual pages and completion scripts; called by the build. */
public final class DocsGenerator {
  private DocsGenerator() {}

  /**
   * Writes {@code man/NAME.1} and {@code completion/nsrun.bash} and {@code completion/_nsrun}
   * (zsh).
   *
   * @param args the directory to write to, and the date of the pages
   */
  public static void main(String[] args) throws IOException {
    if (args.length != 2) {
      throw new IllegalArgumentException("usage: DocsGenerator DIRECTORY DATE");
    }
    Path target = Path.of(args[0]);
    CommandLine root = CommandModel.all();
    // The build's time stamp may carry a time of day.
    for (Map.Entry<String, String> page :
        manPages(root, args[1].replaceFirst("T.*", "")).entrySet()) {
      write(target.resolve("man").resolve(page.getKey() + ".1"), page.getValue());
    }
    write(target.resolve("completion/nsrun.bash"), bash(root));
    write(target.resolve("completion/_nsrun"), zsh(root));
  }

  /** What picocli's script can't know: where a command takes a container, those that there are. */
  private static final String CONTAINERS =
      """

      function _nsrun_containers() {
        "${COMP_WORDS[0]}" ps -a 2>/dev/null | awk 'NR > 1 { print $NF }'
      }

      # The names of containers, behind what picocli has made.
      function _complete_nsrun_and_containers() {
        local word=${COMP_WORDS[COMP_CWORD]} at=1
        case ${COMP_WORDS[1]} in
          exec)
            # Behind it comes what the container knows.
            while ((at + 1 < COMP_CWORD)) && [[ ${COMP_WORDS[at + 1]} == -* ]]; do
              [[ ${COMP_WORDS[at + 1]} != -@(e|w|u|-env|-workdir|-user) ]] || ((at++))
              ((at++))
            done
            ((at + 1 >= COMP_CWORD)) || return 0
            ;;
          cp)
            if [[ $word != -* ]]; then
              [[ $word == : || ${COMP_WORDS[COMP_CWORD - 1]} == : ]] ||
                COMPREPLY=($(compgen -S : -W "$(_nsrun_containers)" -- "$word") $(compgen -f -- "$word"))
              compopt -o nospace
              return 0
            fi
            ;;
          COMMANDS) ;;
          *)
            _complete_nsrun "$@"
            return
            ;;
        esac
        if ((COMP_CWORD < 2)) || [[ $word == -* ]]; then
          _complete_nsrun "$@"
        else
          COMPREPLY=($(compgen -W "$(_nsrun_containers)" -- "$word"))
        fi
      }
      complete -F _complete_nsrun_and_containers -o default nsrun
      """;

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  /** Page name to roff: one for the program, and one for each command that has options. */
  static Map<String, String> manPages(CommandLine root, String date) {
    Map<String, String> pages = new LinkedHashMap<>();
    String program = root.getCommandSpec().name();
    pages.put(program, ManPage.of(program, root.getCommandSpec(), date));
    for (CommandLine command : root.getSubcommands().values()) {
      CommandSpec spec = command.getCommandSpec();
      if (!spec.usageMessage().hidden() && !spec.options().isEmpty()) {
        String name = program + "-" + lastWord(spec.name());
        pages.put(name, ManPage.of(name, spec, date));
      }
    }
    return pages;
  }

  /** A command may be named with its program, e.g. {@code nsrun run}. */
  static String lastWord(String name) {
    return name.substring(name.lastIndexOf(' ') + 1);
  }

  static String bash(CommandLine root) {
    for (CommandLine command : root.getSubcommands().values()) {
      labelByName(command.getCommandSpec());
    }
    // It is sourced, and starts no interpreter.
    return AutoComplete.bash(root.getCommandSpec().name(), root).replaceFirst("^#!.*\n", "")
        + CONTAINERS.replace("COMMANDS", String.join("|", commandsOfContainers(root)));
  }

  /** Those that take nothing but containers. */
  private static List<String> commandsOfContainers(CommandLine root) {
    List<String> names = new ArrayList<>();
    for (Map.Entry<String, CommandLine> command : root.getSubcommands().entrySet()) {
      for (PositionalParamSpec word : command.getValue().getCommandSpec().positionalParameters()) {
        if (word.paramLabel().equals("CONTAINER")) {
          names.add(command.getKey());
        }
      }
    }
    return names;
  }

  /**
   * picocli's script keeps the values of an option in a variable that is named after its label: of
   * all options with a MODE, the values of the last would be offered.
   */
  private static void labelByName(CommandSpec spec) {
    for (OptionSpec option : List.copyOf(spec.options())) {
      if (option.completionCandidates() != null) {
        spec.remove(option);
        spec.addOption(OptionSpec.builder(option).paramLabel(option.longestName()).build());
      }
    }
  }

  /**
   * The same for zsh, which runs bash's functions through bashcompinit. zsh takes the whole file as
   * the function that completes: it registers itself on the first call, and must answer that too.
   */
  static String zsh(CommandLine root) {
    String name = root.getCommandSpec().name();
    return "#compdef "
        + name
        + "\nautoload -U +X bashcompinit && bashcompinit\n"
        // bashcompinit lacks it, and without it only the order of candidates differs.
        + "whence compopt >/dev/null || compopt() { :; }\n"
        + bash(root)
        + "\n_bash_complete -o default -F _complete_"
        + name
        + "_and_containers\n";
  }
}
