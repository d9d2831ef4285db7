package io.nsrun.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.nsrun.plan.steps.CommandStep;
import io.nsrun.plan.steps.FileStep;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.SetupStep;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ChromeTraceTest {
  private static final LaunchPlan PLAN =
      new LaunchPlan(
          List.of(
              new FileStep.Mount(1, "/proc", 0),
              new CommandStep.Exec(
                  true, List.of("sh", "s3cret"), List.of("KEY=s3cret"), List.of("/bin/sh"))),
          new Isolation(List.of()));

  @Test
  void bothSidesShareOneTimeLineThatBeginsAtZero() throws IOException {
    ChromeTrace trace = new ChromeTrace();
    trace.addJvm("start of the JVM", 5_000_000_000L, 5_040_000_000L);
    trace.addSteps(
        new Event.Trace(
            List.of(
                new Event.Timing(SetupStep.MOUNT, 0, 5_041_000_500L, 1_234L),
                new Event.Timing(SetupStep.EXEC, 1, 5_041_100_000L, 7L),
                new Event.Timing(SetupStep.SYNC, -1, 5_041_200_000L, 0L))),
        PLAN);

    String text = write(trace);

    assertThat(text)
        .contains(
            "{\"name\":\"start of the JVM\",\"ph\":\"X\",\"pid\":1,\"tid\":1,\"ts\":0.000,"
                + "\"dur\":40000.000,\"args\":{}}",
            "{\"name\":\"mount\",\"ph\":\"X\",\"pid\":2,\"tid\":2,\"ts\":41000.500,\"dur\":1.234,"
                + "\"args\":{\"object\":\"/proc\",\"index\":0}}",
            "{\"name\":\"exec\",\"ph\":\"X\",\"pid\":2,\"tid\":3,\"ts\":41100.000,\"dur\":0.007,"
                + "\"args\":{\"index\":1}}",
            "{\"name\":\"sync\",\"ph\":\"X\",\"pid\":2,\"tid\":1,\"ts\":41200.000,\"dur\":0.000,"
                + "\"args\":{}}")
        .doesNotContain("s3cret");
  }

  @Test
  void anEmptyTraceIsStillWellFormedJson() throws IOException {
    assertThat(write(new ChromeTrace())).contains("\"traceEvents\":[");
  }

  @Test
  void theProcessStartedBeforeNowAndNotLongAgo() {
    long now = System.nanoTime();

    OptionalLong start = ChromeTrace.processStartNanos();

    assertThat(start).isPresent();
    assertThat(now - start.getAsLong()).isBetween(0L, 3_600_000_000_000L);
  }

  private static String write(ChromeTrace trace) throws IOException {
    StringWriter out = new StringWriter();
    trace.write(out);
    try (JsonParser json = new JsonFactory().createParser(out.toString())) {
      while (json.nextToken() != null) {
        assertThat(json.currentToken()).isNotNull();
      }
    }
    return out.toString();
  }
}
