package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds SECURITY.md against the tests: each one that it names is there. */
class SecurityTableTest {
  private static final Path PROJECT = Path.of(System.getProperty("nsrun.home"));

  private static final Pattern METHOD = Pattern.compile("`(\\w+Test)\\.(\\w+)`");
  private static final Pattern SENTENCE = Pattern.compile("`nsinit-c`: \"([^\"]+)\"");

  @Test
  void everyTestThatThePageNamesIsThere() throws IOException {
    String page = Files.readString(PROJECT.resolve("SECURITY.md"));
    List<String> missing = new ArrayList<>();
    int named = 0;
    for (Matcher m = METHOD.matcher(page); m.find(); named++) {
      if (!sources("java", m.group(1) + ".java").contains("void " + m.group(2) + "(")) {
        missing.add(m.group());
      }
    }
    String c = sources("nsinit-c/tests", ".c");
    for (Matcher m = SENTENCE.matcher(page); m.find(); named++) {
      if (!c.contains(m.group(1).strip().replaceAll(":$", ""))) {
        missing.add(m.group());
      }
    }

    assertThat(named).isGreaterThan(30);
    assertThat(missing).isEmpty();
  }

  /** All files below tests' directories whose path ends so. */
  private static String sources(String kind, String end) throws IOException {
    List<String> roots =
        kind.equals("java")
            ? List.of("integration-tests/src/test/java", "orchestrator/src/test/java")
            : List.of(kind);
    StringBuilder text = new StringBuilder();
    for (String root : roots) {
      try (Stream<Path> files = Files.walk(PROJECT.resolve(root))) {
        for (Path file : files.filter(f -> f.toString().endsWith(end)).toList()) {
          text.append(Files.readString(file));
        }
      }
    }
    return text.toString();
  }
}
