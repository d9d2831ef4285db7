package io.nsrun.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.cli.CommandModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

class DocsGeneratorTest {
  private static final String DATE = "2026-11-24";
  private static final Map<String, String> PAGES = DocsGenerator.manPages(CommandModel.all(), DATE);

  @TempDir Path directory;

  @Test
  void thereIsAPageForTheProgramAndForEachCommandWithOptions() {
    assertThat(PAGES)
        .containsOnlyKeys(
            "nsrun",
            "nsrun-run",
            "nsrun-create",
            "nsrun-serve",
            "nsrun-start",
            "nsrun-restart",
            "nsrun-attach",
            "nsrun-exec",
            "nsrun-ps",
            "nsrun-top",
            "nsrun-stats",
            "nsrun-logs",
            "nsrun-stop",
            "nsrun-kill",
            "nsrun-wait",
            "nsrun-rm",
            "nsrun-inspect",
            "nsrun-cp",
            "nsrun-commit",
            "nsrun-diff",
            "nsrun-explain",
            "nsrun-doctor",
            "nsrun-prune");
  }

  static Stream<String> namesOfRun() {
    return CommandModel.all().getSubcommands().get("run").getCommandSpec().options().stream()
        .flatMap(option -> Stream.of(option.names()));
  }

  @ParameterizedTest
  @MethodSource("namesOfRun")
  void everyOptionOfRunIsInItsPageAndInTheCompletion(String name) {
    assertThat(PAGES.get("nsrun-run")).contains("\\fB" + name.replace("-", "\\-") + "\\fR");
    assertThat(DocsGenerator.bash(CommandModel.all())).contains("'" + name + "'");
  }

  @Test
  void everyCommandIsInThePageOfTheProgramAndInTheCompletion() {
    String bash = DocsGenerator.bash(CommandModel.all());
    assertThat(bash).doesNotStartWith("#!");
    for (String command : CommandModel.all().getSubcommands().keySet()) {
      assertThat(PAGES.get("nsrun")).contains("\\fB" + command + "\\fR");
      assertThat(bash).containsPattern("commands=\"[^\"]*\\b" + command + "\\b");
    }
  }

  static Stream<String> pages() {
    return PAGES.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void mandocFindsNothingToComplainAbout(String page) throws IOException, InterruptedException {
    // Style remarks are about other tools' habits; warnings and errors are about the page.
    assertThat(output(page, "mandoc", "-T", "lint", "-W", "warning")).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void groffFindsNothingToComplainAbout(String page) throws IOException, InterruptedException {
    assertThat(output(page, "groff", "-man", "-ww", "-z")).isEmpty();
  }

  @Test
  void aRenderedPageShowsOptionsAsTheyAreTyped() throws IOException, InterruptedException {
    String text = output("nsrun-run", "mandoc", "-T", "utf8").replaceAll(".\b", "");

    assertThat(text).contains("--stop-timeout=DURATION", "-v \"$PWD:/src:ro\" -w /src busybox");
  }

  @Test
  void bothCompletionScriptsAreValidForBash() throws IOException, InterruptedException {
    Path script = directory.resolve("nsrun.bash");
    Files.writeString(script, DocsGenerator.bash(CommandModel.all()));

    assertThat(run(List.of("bash", "-n", script.toString()))).isEmpty();
    assertThat(DocsGenerator.zsh(CommandModel.all())).startsWith("#compdef nsrun\n");
  }

  @ParameterizedTest
  @CsvSource({
    "--read, 2, --read-only",
    "--proc \"\", 3, fresh bind none",
    "--network \"\", 3, none host",
    "--userns \"\", 3, auto identity private keep-id host",
    "--pid \"\", 3, private host",
    "--log-level w, 3, warn",
  })
  void bashCompletesOptionsOfRunAndTheirValues(String words, int at, String offered)
      throws IOException, InterruptedException {
    assertThat(completed("", "run " + words, at, "_complete_nsrun")).isEqualTo(offered);
  }

  /** What bash offers for the word at that place; before is run first. */
  private String completed(String before, String words, int at, String function)
      throws IOException, InterruptedException {
    Path script = directory.resolve("nsrun.bash");
    Files.writeString(script, DocsGenerator.bash(CommandModel.all()));
    String ask =
        // Only inside a real completion there is something whose options could be changed.
        "compopt() { :; }; "
            + before
            + "source "
            + script
            + "; COMP_WORDS=(nsrun "
            + words
            + "); COMP_CWORD="
            + at
            + "; COMP_LINE=\"${COMP_WORDS[*]}\"; "
            + function
            + "; echo \"${COMPREPLY[@]}\"";
    return run(List.of("bash", "-c", ask)).trim();
  }

  @ParameterizedTest
  @CsvSource({
    "stop \"\", 2, web db",
    "stop web d, 3, db",
    "logs -f w, 3, web",
    "logs --ta, 2, --tail",
    "exec -u 7 \"\", 4, web db",
    "exec -it d, 3, db",
    "exec web \"\", 3, ''",
    "cp we, 2, web:",
    "cp web : \"\", 4, ''",
    "cp --arch, 2, --archive",
    "ru, 1, run"
  })
  void bashCompletesContainersWhereACommandTakesOne(String words, int at, String offered)
      throws IOException, InterruptedException {
    String nsrun = "nsrun() { printf 'ID NAME\\n1 web\\n2 db\\n'; }; ";

    assertThat(completed(nsrun, words, at, "_complete_nsrun_and_containers")).isEqualTo(offered);
  }

  /** Types into a zsh with a terminal of its own; Ctrl-G there shows the line as it is by then. */
  private static final String TYPE_INTO_ZSH =
      """
      zmodload zsh/zpty
      zpty shell zsh -f -i
      type_and_show() {
        zpty -n -w shell $1
        zpty -r -m shell answer '*<*>*'
        print -r -- ${${answer##*<}%%>*}
      }
      zpty -w shell 'show() { print -r -- "<$BUFFER>"; BUFFER= }; zle -N show; bindkey "^G" show'
      zpty -w shell "fpath=($1 \\$fpath); autoload -Uz compinit; compinit -u -D; print '<'ready'>'"
      zpty -r -m shell answer '*<ready>*'
      type_and_show $'nsrun run --read\\t\\a'
      type_and_show $'nsrun doc\\t\\a'
      zpty -d shell
      """;

  @Test
  @Timeout(60)
  void zshCompletesOnTheFirstKeyAndOnLaterOnes() throws IOException, InterruptedException {
    Files.writeString(directory.resolve("_nsrun"), DocsGenerator.zsh(CommandModel.all()));
    Path ask = directory.resolve("ask");
    Files.writeString(ask, TYPE_INTO_ZSH);

    assertThat(run(List.of("env", "TERM=dumb", "zsh", "-f", ask.toString(), directory.toString())))
        .isEqualTo("nsrun run --read-only \nnsrun doctor \n");
  }

  @Test
  void anOptionWithoutDescriptionStopsTheBuild() {
    CommandSpec spec = CommandSpec.create().name("nsrun");
    spec.usageMessage().description("Do something.");
    spec.addOption(OptionSpec.builder("--mystery").type(boolean.class).build());
    CommandLine program = new CommandLine(spec);

    assertThatThrownBy(() -> DocsGenerator.manPages(program, DATE))
        .hasMessage("nsrun: --mystery has no description");
  }

  @Test
  void textThatLooksLikeARequestComesOutAsText() {
    assertThat(new Roff().text(".so /etc/passwd").text("'br").toString())
        .isEqualTo("\\&.so /etc/passwd\n\\(aqbr\n");
  }

  private String output(String page, String... command) throws IOException, InterruptedException {
    Path file = directory.resolve(page + ".1");
    Files.writeString(file, PAGES.get(page));
    List<String> words = new ArrayList<>(List.of(command));
    words.add(file.toString());
    return run(words);
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return text;
  }
}
