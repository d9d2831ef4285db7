package io.nsrun.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.plan.steps.CommandStep;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.SetupStep;
import io.nsrun.plan.steps.Step;
import io.nsrun.plan.steps.Steps;
import io.nsrun.spec.SpecProblemsException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class PlanEncoderTest {
  private static LaunchPlan plan(Step... steps) {
    return new LaunchPlan(List.of(steps), new Isolation(List.of()));
  }

  private static Step exec(String argument) {
    return new CommandStep.Exec(true, List.of("sh", argument), List.of(), List.of("/bin/sh"));
  }

  @Test
  void aNulInAStringIsAProblemThatNamesStepAndString() {
    assertThatThrownBy(() -> PlanEncoder.encode(plan(exec("a\0b"))))
        .isInstanceOf(SpecProblemsException.class)
        .hasMessageContaining("exec")
        .hasMessageContaining("\"a\\0b\"")
        .hasMessageNotContaining("\0");
  }

  @Test
  void aPlanOfMoreThan32MiBIsAProblemWithTheLimit() {
    String half = "x".repeat(16 << 20);

    assertThat(PlanEncoder.encode(plan(exec(half)))).hasSizeGreaterThan(16 << 20);
    assertThatThrownBy(() -> PlanEncoder.encode(plan(exec(half), exec(half))))
        .isInstanceOf(SpecProblemsException.class)
        .hasMessageContaining("33554432 bytes")
        .hasMessageContaining("shorten");
  }

  @Test
  void aPlanOfExactly32MiBIsSentAndOneByteMoreIsNot() {
    int overhead = PlanEncoder.encode(plan(exec(""))).length - Frames.HEADER_BYTES;
    String longest = "x".repeat(Frames.MAX_PAYLOAD_TO_NSINIT - overhead);

    assertThat(PlanEncoder.encode(plan(exec(longest))))
        .hasSize(Frames.MAX_PAYLOAD_TO_NSINIT + Frames.HEADER_BYTES);
    assertThatThrownBy(() -> PlanEncoder.encode(plan(exec(longest + "x"))))
        .isInstanceOf(SpecProblemsException.class);
  }

  @Test
  void numbersThatDoNotFitAreProblemsAndNotWrapped() {
    for (Step step :
        List.of(
            new HostStep.Terminal(65536, 80),
            new HostStep.Terminal(-1, 80),
            new HostStep.Options(1L << 32),
            new CommandStep.User(1L << 32, 0, false, List.of()),
            new CommandStep.User(0, -1, false, List.of()))) {
      assertThatThrownBy(() -> PlanEncoder.encode(plan(step)))
          .isInstanceOf(SpecProblemsException.class)
          .hasMessageContaining(step.stepName())
          .hasMessageContaining("does not fit");
    }
  }

  @Test
  void theChecksumIsThatOfAllThatFollowsIt() throws Exception {
    byte[] frame = PlanEncoder.encode(plan(Steps.oneOfEach().toArray(new Step[0])));
    ByteReader in = new ByteReader(frame, 0, frame.length);

    assertThat(in.u32()).isEqualTo(frame.length - Frames.HEADER_BYTES);
    assertThat(in.u16()).isEqualTo(Frames.PLAN);
    CRC32 crc = new CRC32();
    crc.update(frame, Frames.HEADER_BYTES + 4, frame.length - Frames.HEADER_BYTES - 4);
    assertThat(in.u32()).isEqualTo(crc.getValue());
  }

  @Test
  void everyStepIsWrittenUnderTheIdOfItsName() throws Exception {
    byte[] frame = PlanEncoder.encode(plan(Steps.oneOfEach().toArray(new Step[0])));
    ByteReader in = new ByteReader(frame, 10, frame.length - 10);
    int count = in.u16();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(SetupStep.ofId(in.u16()).stepName());
      in.blob();
    }
    in.end();

    assertThat(Steps.oneOfEach()).extracting(Step::stepName).containsExactlyElementsOf(names);
  }

  @Test
  void stringsAreUtf8WithTheirLengthInBytes() throws Exception {
    byte[] frame = PlanEncoder.encode(plan(new CommandStep.Workdir("/\u00f6")));
    ByteReader in = new ByteReader(frame, 18, frame.length - 18);

    assertThat(in.u32()).isEqualTo(3);
    assertThat(new String(frame, 22, 3, StandardCharsets.UTF_8)).isEqualTo("/\u00f6");
    assertThat(frame[25]).isZero();
    assertThat(frame).hasSize(26);
  }
}
