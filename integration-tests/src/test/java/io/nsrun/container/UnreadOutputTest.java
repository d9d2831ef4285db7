package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A caller that keeps the pipe open and reads nothing: whoever writes into it has to wait. */
@DependsOnJvm
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UnreadOutputTest extends ContainerTest {
  private static final Caller ANY = Caller.PLAIN;

  @ParameterizedTest
  @CsvSource({
    "ROOT, --tty=false",
    "ROOT, --output-limit=1000g",
    "ROOT, --tty",
    "PLAIN, --tty=false",
    "PLAIN, --output-limit=1000g",
    "PLAIN, --tty"
  })
  void outputThatNobodyReadsCostsNeitherTimeNorMemory(Caller caller, String option) {
    Host before = Host.now();
    try (Running running = Running.start(Nsrun.as(caller), option, "busybox", "yes")) {
      assertThat(running.line()).isEqualTo("y");
      List<Proc> inside = List.of(running.monitor(), running.init(), running.command());

      // Once the pipes are full. What passes meanwhile is the time of another container.
      Await.within(
          Duration.ofSeconds(10), "nothing of it runs any more", () -> ticksMeanwhile(inside) == 0);

      List<String> memory = inside.stream().map(process -> process.status("VmRSS")).toList();
      assertThat(ticksMeanwhile(inside)).isZero();
      assertThat(inside).extracting(process -> process.status("VmRSS")).isEqualTo(memory);
      assertThat(ticksMeanwhile(List.of(running.jvm()))).isLessThan(5);

      Running.kill("KILL", running.jvm().pid());
      Await.unchanged(before);
    }
  }

  /** CPU time that processes use while another container comes and goes, in hundredths. */
  private static long ticksMeanwhile(List<Proc> processes) {
    long before = ticks(processes);
    Nsrun.as(ANY).run("busybox", "true").orFail();
    return ticks(processes) - before;
  }

  private static long ticks(List<Proc> processes) {
    return processes.stream()
        .mapToLong(process -> Long.parseLong(process.stat(14)) + Long.parseLong(process.stat(15)))
        .sum();
  }
}
