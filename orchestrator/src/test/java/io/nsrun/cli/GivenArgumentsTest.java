package io.nsrun.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What is read without picocli is what picocli reads. */
class GivenArgumentsTest {
  static List<Arguments> commands() {
    return Arrays.stream(ContainerModel.COMMANDS).map(Arguments::of).toList();
  }

  private static GivenArguments quick(String line) {
    String[] words = line.split(" ", -1);
    return GivenArguments.quick(
        ContainerSyntax.of(words[0]), Arrays.copyOfRange(words, 1, words.length));
  }

  private static String text(ContainerSyntax.Command command, GivenArguments given) {
    StringBuilder text = new StringBuilder(given.words().toString());
    for (ContainerSyntax.Option option : command.options()) {
      if (given.has(option.name())) {
        // A flag may be given twice.
        text.append(' ').append(option.name());
        text.append(
            option.isFlag()
                ? List.of()
                : option.repeated() ? given.values(option.name()) : given.value(option.name(), ""));
      }
    }
    return text.toString();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void itAgreesWithPicocli(String name) {
    ContainerSyntax.Command command = ContainerSyntax.of(name);
    List<String> tokens =
        new ArrayList<>(
            List.of("web", "c", "", "-", "--", "5", "-5", "a=b", "--help", "--nosuch", "-x"));
    for (ContainerSyntax.Option option : command.options()) {
      tokens.addAll(option.names());
      tokens.add(option.name() + "=v");
      tokens.add(option.names().get(0) + "v");
      tokens.add(option.names().get(0) + option.names().get(0).substring(1));
    }
    Random random = new Random(1);
    int read = 0;
    for (int i = 0; i < 1000; i++) {
      String[] args = new String[random.nextInt(5)];
      Arrays.setAll(args, any -> tokens.get(random.nextInt(tokens.size())));
      GivenArguments quick = GivenArguments.quick(command, args);
      if (quick != null) {
        read++;
        String line = name + " " + String.join(" ", args);
        try {
          GivenArguments judged = ContainerModel.judged(name, command, args);
          assertThat(judged).as(line).isNotNull();
          assertThat(text(command, quick)).as(line).isEqualTo(text(command, judged));
        } catch (CommandLine.ParameterException e) {
          throw new AssertionError(line, e);
        }
      }
    }
    assertThat(read).isGreaterThan(20);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ps",
        "ps -aq --no-trunc --format json",
        "exec -it -e A=1 --env B=2 -w /tmp --user=1:2 web sh -c exit",
        "stop web -t 5 db",
        "restart -t0 web",
        "exec -itu0 web id",
        "rm -f web",
        "logs -f --tail=5 web"
      })
  void whatPeopleWriteIsReadAtOnce(String line) {
    assertThat(quick(line)).isNotNull();
  }

  @Test
  void theLastValueCountsButOfWhatMayBeRepeatedAll() {
    GivenArguments given = quick("exec -e A=1 -u 1 -u 2 --env B=2 web env -e C");

    assertThat(given.values("--env")).containsExactly("A=1", "B=2");
    assertThat(given.value("--user", "")).isEqualTo("2");
    assertThat(given.words()).containsExactly("web", "env", "-e", "C");
    assertThat(given.has("--tty")).isFalse();
    assertThat(given.value("--workdir", "here")).isEqualTo("here");
  }
}
