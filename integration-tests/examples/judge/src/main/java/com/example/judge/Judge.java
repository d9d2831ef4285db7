package com.example.judge;

import io.nsrun.api.ContainerBuilder;
import io.nsrun.api.ContainerEnd;
import io.nsrun.api.ContainerResult;
import io.nsrun.api.Containers;
import io.nsrun.api.DataSize;
import io.nsrun.api.Limits;
import io.nsrun.api.Mount;
import io.nsrun.api.Security;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Compiles and runs programs that nobody trusts, the compiler in a container and each test in
 * another one. Safe for use by several threads.
 *
 * <p>A program sees the tools of the host and its own directory, neither of which it can change, no
 * network, and 16 MiB of /tmp.
 */
public final class Judge implements AutoCloseable {
  private static final String BOX = "/box";
  private static final DataSize MOST_MESSAGES = DataSize.ofKibi(64);
  private static final int MOST_PROCESSES = 64;
  private static final int MOST_FILES = 64;
  private static final int LAST_LETTERS = 2000;

  private static final Limits COMPILER =
      Limits.none()
          .timeout(Duration.ofSeconds(60))
          .cpuTime(Duration.ofSeconds(20))
          .memory(DataSize.ofMebi(768))
          .processes(MOST_PROCESSES)
          .fileSize(DataSize.ofMebi(64))
          .output(MOST_MESSAGES);

  private final Containers containers = Containers.open();
  private final Mount[] tools = HostTools.mounts();

  public Judge() throws IOException {}

  /**
   * Blocks until it is clear.
   *
   * @throws IOException if no container can be had; it says why, and what to do about it
   * @throws InterruptedException if the thread is interrupted; nothing runs any more then
   */
  public Judgement judge(Problem problem, Language language, String source)
      throws IOException, InterruptedException {
    Path box = Files.createTempDirectory("judge");
    try {
      Files.writeString(box.resolve(language.sourceFile()), source);
      if (!language.compiler().isEmpty()) {
        ContainerResult compiled =
            container(language.compiler(), COMPILER).mount(Mount.writable(box, BOX)).run();
        if (!compiled.isSuccess()) {
          return new Judgement(Verdict.COMPILE_ERROR, 0, detail(compiled));
        }
      }
      return test(problem, language, box);
    } finally {
      remove(box);
    }
  }

  private Judgement test(Problem problem, Language language, Path box)
      throws IOException, InterruptedException {
    ContainerBuilder program =
        container(language.program(problem.memory()), limits(problem))
            .mount(Mount.readOnly(box, BOX));
    Judgement last = null;
    int number = 0;
    for (Problem.Case each : problem.cases()) {
      number++;
      ContainerResult result = program.copy().run(each.input().getBytes(StandardCharsets.UTF_8));
      last = new Judgement(verdict(result, language, each), number, detail(result));
      if (last.verdict() != Verdict.ACCEPTED) {
        break;
      }
    }
    return last;
  }

  /** One that sees the tools and nothing of anybody, and is killed at each of its limits. */
  private ContainerBuilder container(List<String> command, Limits limits) {
    return containers
        .container()
        .command(command)
        .directory(BOX)
        .readOnlyRoot(true)
        .mount(tools)
        .mount(Mount.tmpfs("/tmp", DataSize.ofMebi(16)))
        .limits(limits.openFiles(MOST_FILES).rlimit("core", 0, 0))
        .stop("KILL", Duration.ZERO)
        .security(Security.standard().dropCapabilities("ALL"));
  }

  /** The clock on the wall ends what only sleeps. */
  private static Limits limits(Problem problem) {
    return Limits.none()
        .cpuTime(problem.cpuTime())
        .timeout(problem.cpuTime().multipliedBy(5))
        .memory(problem.memory())
        .output(problem.output())
        .processes(MOST_PROCESSES);
  }

  private static Verdict verdict(ContainerResult result, Language language, Problem.Case wanted) {
    ContainerEnd end = result.end();
    if (end.limit().isPresent()) {
      return switch (end.limit().get()) {
        case TIMEOUT, CPU_TIME -> Verdict.TIME_LIMIT;
        case MEMORY -> Verdict.MEMORY_LIMIT;
        case OUTPUT -> Verdict.OUTPUT_LIMIT;
        case PROCESSES, FILE_SIZE -> Verdict.CRASH;
      };
    }
    if (!end.isSuccess()) {
      return language.isOutOfMemory(end.exitCode()) ? Verdict.MEMORY_LIMIT : Verdict.CRASH;
    }
    return words(result.stdoutText()).equals(words(wanted.output()))
        ? Verdict.ACCEPTED
        : Verdict.WRONG_ANSWER;
  }

  private static List<String> words(String text) {
    return List.of(text.strip().split("\\s+"));
  }

  private static String detail(ContainerResult result) {
    String errors = result.stderrText().strip();
    return (result.end() + "\n" + errors.substring(Math.max(0, errors.length() - LAST_LETTERS)))
        .strip();
  }

  private static void remove(Path box) throws IOException {
    try (Stream<Path> files = Files.walk(box)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** Ends what is running, which makes {@link #judge} of other threads fail. */
  @Override
  public void close() {
    containers.close();
  }
}
