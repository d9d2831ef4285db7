package io.nsrun.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HostProcessesTest {
  private static final String REST =
      " 77 1 1 0 -1 4194560 100 0 0 0 12 3 40 5 20 0 3 0 100 1000 200 18446744073709551615 1 1 0\n";

  @Test
  void aLineIsReadWhateverTheProcessCallsItself() {
    for (String name : List.of("sleep", "a b", ") R 1 (", "((", "")) {
      assertThat(HostProcesses.parse("1234 (" + name + ") S" + REST))
          .isEqualTo(new HostProcesses.Entry(1234, 77, name, 150, 450, 3));
    }
  }

  @Test
  void whatIsNoLineIsNoProcess() {
    for (String line : List.of("", "1234", "1234 (sleep) S 77 1", "x (sleep) S" + REST, ")(")) {
      assertThat(HostProcesses.parse(line)).as(line).isNull();
    }
  }

  @Test
  void aChildThatIsAliveIsOneOfItsFamily() throws Exception {
    Process child = new ProcessBuilder("sh", "-c", "sleep 1000 & echo $!; wait").start();
    try {
      long grandchild = Long.parseLong(child.inputReader().readLine());

      assertThat(HostProcesses.now().of(child.pid(), ""))
          .extracting(HostProcesses.Entry::pid)
          .containsExactlyInAnyOrder(child.pid(), grandchild);
    } finally {
      child.descendants().forEach(ProcessHandle::destroyForcibly);
      child.destroyForcibly();
    }
  }

  @Test
  void anIdIsFoundInTheMapOfItsNamespace() {
    String map = "         0       1004          1\n         1     231072      65536\n";

    assertThat(ContainerProcesses.inside(1004, map)).isZero();
    assertThat(ContainerProcesses.inside(231072 + 4, map)).isEqualTo(5);
    assertThat(ContainerProcesses.inside(0, map)).isEqualTo(-1);
    assertThat(ContainerProcesses.inside(0, "")).isEqualTo(-1);
  }

  @Test
  void cpusAreThoseThatWereUsedSinceTheOtherLook() {
    SeenUsage early = new SeenUsage(0, 100, 0, 1, -1, -1, io.nsrun.spec.Limits.NONE);
    SeenUsage late = new SeenUsage(500_000_000, 850, 0, 1, -1, -1, io.nsrun.spec.Limits.NONE);

    assertThat(late.cpusSince(early)).isEqualTo(1.5);
    assertThat(early.cpusSince(late)).isZero();
    assertThat(early.cpusSince(early)).isZero();
  }
}
