package com.example.judge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each verdict, in each language that can have it. */
class JudgeTest {
  private static Judge judge;

  @BeforeAll
  static void open() throws IOException {
    judge = new Judge();
  }

  @AfterAll
  static void close() {
    judge.close();
  }

  static List<Path> programs() throws IOException {
    try (Stream<Path> files = Files.list(Submissions.PROGRAMS)) {
      return files.sorted().toList();
    }
  }

  /** The files are named after what they deserve. */
  @ParameterizedTest
  @MethodSource("programs")
  void programGetsTheVerdictThatItDeserves(Path program) throws Exception {
    String name = program.getFileName().toString();
    String deserved = name.substring(0, name.indexOf('.')).replace('-', '_');

    Judgement judgement = Submissions.judge(judge, program);

    assertEquals(deserved, judgement.verdict().name().toLowerCase(Locale.ROOT), judgement.detail());
  }

  @Test
  void judgementNamesTheTestThatFailed() throws Exception {
    assertEquals(2, judgement("wrong-answer.py").test());
    assertEquals(1, judgement("crash.c").test());
    assertEquals(0, judgement("compile-error.c").test());
    assertEquals(2, judgement("accepted.c").test());
  }

  @Test
  void judgementSaysHowItEndedAndWhatItWroteToStandardError() throws Exception {
    assertEquals("killed by SIGSEGV", judgement("crash.c").detail());
    assertTrue(judgement("crash.py").detail().startsWith("exited with code 1\nTraceback"));
    assertTrue(judgement("compile-error.c").detail().contains("undeclared"));
  }

  private static Judgement judgement(String name) throws Exception {
    return Submissions.judge(judge, Submissions.PROGRAMS.resolve(name));
  }
}
