package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What adds up over many runs, on the host and in a JVM. */
@DependsOnJvm
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ManyRunsTest {
  private static final int ENOUGH_TO_BE_WARM = 20;

  /**
   * One after the other in one JVM, for a thousand starts of JVMs would take minutes; what a run of
   * its own leaves behind in its JVM shows only so.
   */
  @ParameterizedTest
  @EnumSource(names = {"ROOT", "RANGED"})
  void aThousandRunsInARowLeaveAsMuchAsNone(Caller caller) throws IOException {
    try (WarmJvm jvm = WarmJvm.start(caller)) {
      run(jvm, ENOUGH_TO_BE_WARM);
      Host before = Host.now();
      int descriptors = jvm.proc().descriptors().size();
      List<Path> files = filesOf(caller);
      int threads = Integer.parseInt(jvm.proc().status("Threads"));

      run(jvm, 1000);

      assertThat(jvm.proc().descriptors()).hasSize(descriptors);
      // The JVM's compiler takes threads and gives them back as it likes.
      assertThat(Integer.parseInt(jvm.proc().status("Threads"))).isLessThan(threads + 10);
      assertThat(jvm.proc().children()).isEmpty();
      before.assertUnchanged();
      assertThat(filesOf(caller)).isEqualTo(files);
    }
  }

  /** All that nsrun keeps for a caller, but the root filesystem itself. */
  private static List<Path> filesOf(Caller caller) throws IOException {
    try (Stream<Path> all = Files.walk(caller.home(), 6)) {
      return all.sorted().toList();
    }
  }

  private static void run(WarmJvm jvm, int times) {
    for (int i = 0; i < times; i++) {
      assertThat(jvm.run("busybox", "true")).isZero();
    }
  }

  /** Each in a JVM of its own, and the first of its caller. */
  @Test
  void fiftyRunsAtOnceDoNotDisturbEachOther() throws Exception {
    String home = Directories.fresh(Caller.RANGED).toString();
    Host before = Host.now();
    List<Process> processes = new ArrayList<>();

    for (int i = 0; i < 50; i++) {
      processes.add(
          Nsrun.as(Caller.RANGED)
              .env("NSRUN_HOME", home)
              .builder("run", "--hostname=h" + i, "busybox", "sh", "-c", "hostname; exit " + i)
              .redirectErrorStream(true)
              .start());
    }
    for (int i = 0; i < 50; i++) {
      assertThat(Command.text(processes.get(i).getInputStream())).isEqualTo("h" + i + "\n");
      assertThat(processes.get(i).waitFor()).isEqualTo(i);
    }

    before.assertUnchanged();
  }
}
