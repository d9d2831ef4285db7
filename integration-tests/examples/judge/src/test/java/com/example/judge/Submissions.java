package com.example.judge;

import io.nsrun.api.DataSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Programs of the tests, all of which are to print the sum of what they read. */
final class Submissions {
  static final Path PROGRAMS = Path.of("src/test/resources/programs");
  static final Path HOSTILE = Path.of("src/test/resources/hostile");

  private static final Problem SUM =
      problem(List.of(new Problem.Case("1 2 3\n", "6"), new Problem.Case("40 2\n", "42")));

  private Submissions() {}

  static Problem problem(List<Problem.Case> cases) {
    return new Problem(cases, Duration.ofMillis(500), DataSize.ofMebi(128), DataSize.ofKibi(64));
  }

  static Judgement judge(Judge judge, Path file) throws IOException, InterruptedException {
    String name = file.getFileName().toString();
    Language language =
        switch (name.substring(name.indexOf('.'))) {
          case ".c" -> Language.C;
          case ".py" -> Language.PYTHON;
          case ".java" -> Language.JAVA;
          default -> throw new IllegalArgumentException(name);
        };
    return judge.judge(SUM, language, Files.readString(file));
  }
}
