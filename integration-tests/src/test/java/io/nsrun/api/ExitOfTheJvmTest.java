package io.nsrun.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.container.Await;
import io.nsrun.container.Caller;
import io.nsrun.container.DependsOnJvm;
import io.nsrun.container.JavaProgram;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Nothing of a container outlives its JVM, however that ends. */
@DependsOnJvm
@Timeout(120)
class ExitOfTheJvmTest {
  @ParameterizedTest
  @CsvSource({"return,0", "exit,7", "halt,8", "throw,1", "stay,143", "stay,137"})
  void containerEndsWithItsJvm(String how, int code) throws IOException, InterruptedException {
    Process jvm =
        JavaProgram.of(Caller.ROOT, Guest.class)
            .builder("leave", how)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    ProcessHandle guest;
    try (BufferedReader out = jvm.inputReader()) {
      guest = ProcessHandle.of(Long.parseLong(out.readLine())).orElseThrow();
      ProcessHandle init = guest.parent().orElseThrow();
      ProcessHandle monitor = init.parent().orElseThrow();
      if (code == 143) {
        jvm.destroy();
      } else if (code == 137) {
        jvm.destroyForcibly();
      }
      assertThat(jvm.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(jvm.exitValue()).isEqualTo(code);
      for (ProcessHandle process : new ProcessHandle[] {guest, init, monitor}) {
        // The kernel ends it; who is not its parent has to look.
        Await.until(process + " has ended", () -> !process.isAlive());
      }
    }
  }
}
