package io.nsrun.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.container.Command;
import io.nsrun.container.DependsOnJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each project below {@code examples} does by the one command of its README what that says. */
class ExamplesTest {
  private static final Path HOME = Path.of(System.getProperty("nsrun.home"));
  private static final Path EXAMPLES = HOME.resolve("integration-tests/examples");

  /** The line that Surefire closes a project with. */
  private static final Pattern PASSED =
      Pattern.compile(
          "(?m)^\\[INFO\\] Tests run: [1-9][0-9]*, Failures: 0, Errors: 0, Skipped: 0$");

  @TempDir Path directory;

  /** Judges Java programs, too, with the JDK that it is run by. */
  private static final String OF_ALL_JDKS = "judge";

  static List<String> examples() throws IOException {
    try (Stream<Path> all = Files.list(EXAMPLES)) {
      return all.map(each -> each.getFileName().toString()).sorted().toList();
    }
  }

  static List<String> examplesOfOneJdk() throws IOException {
    return examples().stream().filter(each -> !each.equals(OF_ALL_JDKS)).toList();
  }

  @ParameterizedTest
  @MethodSource("examplesOfOneJdk")
  void exampleIsBuiltAndTestedByTheCommandOfItsReadme(String name) throws Exception {
    runAsItsReadmeSays(name);
  }

  @DependsOnJvm
  @Test
  void judgeIsBuiltAndTestedByTheCommandOfItsReadme() throws Exception {
    runAsItsReadmeSays(OF_ALL_JDKS);
  }

  private void runAsItsReadmeSays(String name) throws IOException {
    Path copy = directory.resolve(name);
    Command.check(List.of("cp", "-r", EXAMPLES.resolve(name).toString(), copy.toString()));
    Command.check(List.of("rm", "-rf", copy.resolve("target").toString()));
    LocalRepository repository = LocalRepository.in(directory.resolve("io.nsrun"));

    String said = repository.run(copy, commandOf(copy.resolve("README.md")));

    assertThat(said).contains("BUILD SUCCESS").containsPattern(PASSED);
    assertThat(said).doesNotContain("[WARNING]", "[ERROR]", "SLF4J", "\tat ");
  }

  private static String commandOf(Path readme) throws IOException {
    List<String> blocks =
        Pattern.compile("(?ms)^```sh\n(.*?)^```$")
            .matcher(Files.readString(readme))
            .results()
            .map(block -> block.group(1))
            .toList();
    assertThat(blocks).as("commands in %s", readme).singleElement().asString().hasLineCount(1);
    return blocks.get(0).strip();
  }

  @Test
  void readmeHasARowForEachExample() throws Exception {
    String readme = Files.readString(HOME.resolve("README.md"));
    String section = readme.substring(readme.indexOf("### Examples"));

    assertThat(
            Pattern.compile("\\(integration-tests/examples/([^)/]+)\\)")
                .matcher(section)
                .results()
                .map(row -> row.group(1)))
        .containsExactlyInAnyOrderElementsOf(examples());
  }
}
