package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Holds the tests against the help: a new option comes with a test of what it does. What the tests
 * of both doors ask for is in {@link Setting}.
 */
class EveryOptionIsTestedTest {
  private static final Path SOURCES =
      Path.of(System.getProperty("nsrun.home"))
          .resolve("integration-tests/src/test/java/io/nsrun/container");

  /** As in {@code -e, --env=NAME[=VALUE]}, at the start of a line of the help. */
  private static final Pattern OPTION =
      Pattern.compile("(?m)^ {2,6}((?:-\\w, )?--[\\w-]+(?:, --[\\w-]+)*)");

  @Test
  void everyNameOfAnOptionIsUsedByATest() throws IOException {
    StringBuilder sources = new StringBuilder();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(SOURCES, "{*Test,Setting}.java")) {
      for (Path file : files) {
        sources.append(Files.readString(file));
      }
    }
    int options = 0;
    List<String> untested = new ArrayList<>();
    Matcher option = OPTION.matcher(Nsrun.as(Caller.ROOT).run("--help").orFail().out());
    while (option.find()) {
      options++;
      for (String name : option.group(1).split(", ")) {
        if (!isUsed(name, sources)) {
          untested.add(name);
        }
      }
    }

    assertThat(options).isGreaterThan(40);
    assertThat(untested).isEmpty();
  }

  private static boolean isUsed(String name, CharSequence sources) {
    return Pattern.compile("[\"| ]" + Pattern.quote(name) + "[\"=|,]").matcher(sources).find();
  }
}
