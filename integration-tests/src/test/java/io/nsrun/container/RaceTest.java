package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Somebody works against nsrun while it works. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RaceTest extends ContainerTest {
  private static final int RUNS = 20;

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void mountPointSwappedForALinkLeadsNowhere(Caller caller) throws Exception {
    Path victim = Directories.fresh(caller);
    Path tree = Rootfs.tree(caller);
    Path data = Files.createDirectory(tree.resolve("data"));
    Path link = Files.createSymbolicLink(tree.resolve("link"), victim);
    Rootfs.own(tree, caller);
    Path volume = Directories.fresh(caller);

    // What swaps and what looks take a core each for as long as this lasts.
    Process swap = new ProcessBuilder(Tools.word("swap"), data.toString(), link.toString()).start();
    try (WarmJvm jvm = WarmJvm.start(caller)) {
      assertThat(swap.getInputStream().read()).isEqualTo('r');
      for (int i = 0; i < RUNS; i++) {
        Result result =
            jvm.nsrun(
                "run",
                "--interactive=false",
                "--volume=" + volume + ":/data/mounted",
                "--tmpfs=/data/memory",
                "--workdir=/data/work",
                tree.toString(),
                "true");
        assertThat(result.code()).as(result.err()).isIn(0, 125);
      }
      assertThat(swap.isAlive()).isTrue();
    } finally {
      swap.getOutputStream().close();
      swap.waitFor();
    }

    assertThat(victim).isEmptyDirectory();
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void whoJoinsAContainerBringsItNothingOfTheHost(Caller caller) {
    String[] hostile = {"--privileged", Tools.mount("lurker"), "busybox", "/lurker"};
    try (WarmJvm jvm = WarmJvm.start(caller);
        Running lurker = Running.ready(Nsrun.as(caller), hostile)) {
      String pid = "pid:" + lurker.command().pid();

      for (int i = 0; i < RUNS; i++) {
        assertThat(
                jvm.run("--userns=" + pid, "--pid=" + pid, "busybox", "test", "-L", "/proc/self"))
            .isZero();
      }

      lurker.endInput();
      Result seen = lurker.end();
      assertThat(seen.lines()).hasSize(1);
      // It saw processes come and go; of the first two, one is itself.
      assertThat(Long.parseLong(seen.text().replace("highest process ", ""))).isGreaterThan(2);
    }
  }

  @DependsOnJvm
  @Test
  void exactlyOneOfTwelveAtOnceGetsAName() throws Exception {
    int many = 12;
    ExecutorService threads = Executors.newFixedThreadPool(many);
    List<Process> processes = new ArrayList<>();
    try {
      List<Callable<String>> firstWords = new ArrayList<>();
      for (int i = 0; i < many; i++) {
        Process process =
            Nsrun.as(Caller.ROOT)
                .start("run", "--name=contended", "busybox", "sh", "-c", "echo won; read x");
        processes.add(process);
        firstWords.add(() -> firstWord(process));
      }

      List<String> words = new ArrayList<>();
      for (Future<String> word : threads.invokeAll(firstWords)) {
        words.add(word.get());
      }

      assertThat(words.stream().filter("won"::equals)).hasSize(1);
      assertThat(words.stream().filter("125"::equals)).hasSize(many - 1);
    } finally {
      for (Process process : processes) {
        process.getOutputStream().close();
        process.waitFor();
      }
      threads.shutdown();
    }
  }

  /** What the command says first, or how nsrun ended without one. */
  private static String firstWord(Process process) throws IOException, InterruptedException {
    byte[] word = process.getInputStream().readNBytes(3);
    if (word.length > 0) {
      return new String(word, StandardCharsets.UTF_8);
    }
    String message = Stream.of(Command.text(process.getErrorStream())).findFirst().orElse("");
    assertThat(message).contains("contended");
    return Integer.toString(process.waitFor());
  }
}
