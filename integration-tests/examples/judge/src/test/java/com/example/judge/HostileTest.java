package com.example.judge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Submissions that want something else than to solve the problem. */
class HostileTest {
  private static Judge judge;

  @BeforeAll
  static void open() throws IOException {
    judge = new Judge();
  }

  @AfterAll
  static void close() {
    judge.close();
  }

  @Test
  void programGetsHoldOfNothing() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Problem problem =
          Submissions.problem(
              List.of(new Problem.Case(Integer.toString(server.getLocalPort()), "nothing")));
      String source = Files.readString(Submissions.HOSTILE.resolve("looks-around.py"));

      Judgement judgement = judge.judge(problem, Language.PYTHON, source);

      assertEquals(Verdict.ACCEPTED, judgement.verdict(), judgement.toString());
    }
  }

  @Test
  void compilerReadsNothingOfTheHost() throws Exception {
    Judgement judgement = judgement("reads-the-host.c");

    assertEquals(Verdict.COMPILE_ERROR, judgement.verdict());
    assertTrue(judgement.detail().contains("/etc/shadow: No such file"), judgement.detail());
  }

  @Test
  void forkBombIsEndedAndOthersNoticeNothing() throws Exception {
    CompletableFuture<Judgement> bomb =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return judgement("fork-bomb.c");
              } catch (IOException | InterruptedException e) {
                throw new CompletionException(e);
              }
            });
    Judgement other = Submissions.judge(judge, Submissions.PROGRAMS.resolve("accepted.c"));

    assertEquals(Verdict.ACCEPTED, other.verdict(), other.detail());
    // Where the machine is busy, its time is over before it has all its processes.
    if (bomb.join().verdict() != Verdict.TIME_LIMIT) {
      assertEquals(Verdict.CRASH, bomb.join().verdict());
      assertTrue(bomb.join().detail().contains("limit of 64 processes"), bomb.join().detail());
    }
  }

  @Test
  void nothingOutlivesTheProgram() throws Exception {
    assertEquals(Verdict.ACCEPTED, judgement("stays.py").verdict());
    assertTrue(
        ProcessHandle.current()
            .descendants()
            .noneMatch(each -> each.info().commandLine().orElse("").contains("main.py")));
  }

  @Test
  void diskIsNotFilled() throws Exception {
    Judgement judgement = judgement("fills-the-disk.py");

    assertEquals(Verdict.CRASH, judgement.verdict());
    assertTrue(judgement.detail().contains("No space left on device"), judgement.detail());
  }

  private static Judgement judgement(String name) throws IOException, InterruptedException {
    return Submissions.judge(judge, Submissions.HOSTILE.resolve(name));
  }
}
