package io.nsrun.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.control.Event;
import io.nsrun.spec.Bytes;
import io.nsrun.spec.Limits;
import io.nsrun.spec.ProcessSpec;
import io.nsrun.spec.Rlimit;
import io.nsrun.spec.Root;
import io.nsrun.spec.Signal;
import io.nsrun.spec.Spec;
import io.nsrun.spec.StopPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LimitHitTest {
  private static final Spec SPEC =
      Spec.builder()
          .root(Root.directory("/tree"))
          .process(ProcessSpec.of(List.of("true"), Map.of()))
          .stop(new StopPolicy(Duration.ofSeconds(10), Signal.TERM, Duration.ofSeconds(1)))
          .limits(
              Limits.NONE
                  .withMemory(Bytes.ofMebi(64))
                  .withProcesses(20)
                  .withCpuTime(Duration.ofMillis(1500))
                  .withOutput(new Bytes(1024)))
          .rlimit(new Rlimit(Rlimit.Resource.FSIZE, 1 << 20, 1 << 20))
          .rlimit(new Rlimit(Rlimit.Resource.CPU, 2, 3))
          .build();

  private static Event.Exited exited(Event.Cause cause, boolean signaled, int value, long userUs) {
    return new Event.Exited(
        signaled, value, false, cause, userUs, 0, 0, 0, 0, 1_000_000_000, 71L << 20, 1024);
  }

  private static String hit(Event.Cause cause, boolean signaled, int value, long userUs) {
    LimitHit hit = LimitHit.of(SPEC, exited(cause, signaled, value, userUs));
    return hit == null ? null : hit.cause() + ": " + hit.text();
  }

  @Test
  void everyCauseOfTheMonitorIsALimitByName() {
    assertThat(hit(Event.Cause.TIMEOUT, true, 15, 0)).isEqualTo("timeout: timeout of 10.0 s");
    assertThat(hit(Event.Cause.MEMORY, true, 9, 0))
        .isEqualTo("memory: memory limit of 64 MiB reached (peak 71 MiB)");
    assertThat(hit(Event.Cause.CPU_TIME, true, 15, 0))
        .isEqualTo("cpu-time: CPU time limit of 1.5 s reached");
    assertThat(hit(Event.Cause.PROCESSES, true, 15, 0))
        .isEqualTo("processes: limit of 20 processes reached");
    assertThat(hit(Event.Cause.OUTPUT, true, 15, 0))
        .isEqualTo("output: output limit of 1 KiB reached");
    assertThat(hit(Event.Cause.CONTROL_LOST, true, 9, 0)).isNull();
    assertThat(hit(Event.Cause.OWN, true, 9, 0)).isNull();
    assertThat(hit(Event.Cause.OWN, false, 0, 0)).isNull();
  }

  @Test
  void signalsOfTheKernelsLimitsAreKnownAlsoThroughAShell() {
    String size = "file-size: file size limit of 1 MiB reached";
    assertThat(hit(Event.Cause.OWN, true, 25, 0)).isEqualTo(size);
    assertThat(hit(Event.Cause.OWN, false, 153, 0)).isEqualTo(size);
    assertThat(hit(Event.Cause.OWN, false, 25, 0)).isNull();
    String cpu = "cpu-time: CPU time limit of 2 s for one process reached";
    assertThat(hit(Event.Cause.OWN, true, 24, 0)).isEqualTo(cpu);
    assertThat(hit(Event.Cause.OWN, true, 9, 3_000_000)).isEqualTo(cpu);
    assertThat(hit(Event.Cause.OWN, true, 9, 2_900_000)).isNull();
  }

  @Test
  void withoutTheLimitSuchASignalIsTheCommandsOwn() {
    Spec spec =
        Spec.builder()
            .root(Root.directory("/tree"))
            .process(ProcessSpec.of(List.of("true"), Map.of()))
            .rlimit(new Rlimit(Rlimit.Resource.FSIZE, Rlimit.UNLIMITED, Rlimit.UNLIMITED))
            .build();

    assertThat(LimitHit.of(spec, exited(Event.Cause.OWN, true, 25, 0))).isNull();
    assertThat(LimitHit.of(spec, exited(Event.Cause.OWN, true, 24, 0))).isNull();
  }
}
