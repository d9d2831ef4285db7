package io.nsrun.control;

import io.nsrun.plan.steps.Fields;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.Step;
import io.nsrun.spec.Blob;
import io.nsrun.spec.IdMapping;
import io.nsrun.spec.SpecProblems;
import java.util.List;
import java.util.zip.CRC32;

/** Turns a plan into the bytes that nsinit decodes. */
public final class PlanEncoder implements Fields {
  private static final int EXPECTED_BYTES = 8192;

  private final ByteWriter out;

  private PlanEncoder(ByteWriter out) {
    this.out = out;
  }

  /**
   * The PLAN frame.
   *
   * @throws io.nsrun.spec.SpecProblemsException if a string has a NUL character, a number is out of
   *     range, or the plan has more than 32 MiB
   */
  public static byte[] encode(LaunchPlan plan) {
    ByteWriter out = new ByteWriter(EXPECTED_BYTES);
    encode(plan, out);
    return out.toByteArray();
  }

  private static void encode(LaunchPlan plan, ByteWriter out) {
    PlanEncoder encoder = new PlanEncoder(out);
    String place = "plan";
    try {
      int frame = out.beginFrame(Frames.PLAN);
      int crcAt = out.size();
      out.u32(0);
      List<Step> steps = plan.steps();
      out.u16(steps.size());
      for (int i = 0; i < steps.size(); i++) {
        Step step = steps.get(i);
        place = step.stepName();
        out.u16(step.kind().id());
        out.u32(0);
        int start = out.size();
        step.fields(encoder);
        out.putU32(start - 4, out.size() - start);
      }
      place = "plan";
      out.endFrame(frame);
      CRC32 crc = new CRC32();
      crc.update(out.buffer(), crcAt + 4, out.size() - crcAt - 4);
      out.putU32(crcAt, crc.getValue());
    } catch (ByteWriter.EncodingException e) {
      SpecProblems problems = new SpecProblems();
      problems.add(place, "can't be sent to nsinit: " + e.getMessage(), e.remedy());
      problems.throwIfAny();
    }
  }

  @Override
  public void u8(String name, int value, Form form) {
    out.u8(value);
  }

  @Override
  public void u16(String name, int value, Form form) {
    out.u16(value);
  }

  @Override
  public void u32(String name, long value, Form form) {
    out.u32(value);
  }

  @Override
  public void u64(String name, long value, Form form) {
    out.u64(value);
  }

  @Override
  public void bool(String name, boolean value) {
    out.bool(value);
  }

  @Override
  public void str(String name, String value) {
    out.str(value);
  }

  @Override
  public void blob(String name, Blob value) {
    out.blob(value.toByteArray());
  }

  @Override
  public void strings(String name, List<String> values) {
    out.u16(values.size());
    put(values);
  }

  @Override
  public void manyStrings(String name, List<String> values) {
    out.u32(values.size());
    put(values);
  }

  private void put(List<String> values) {
    for (int i = 0; i < values.size(); i++) {
      out.str(values.get(i));
    }
  }

  @Override
  public void ids(String name, List<Long> values) {
    out.u16(values.size());
    for (int i = 0; i < values.size(); i++) {
      out.u32(values.get(i));
    }
  }

  @Override
  public void mappings(String name, List<IdMapping> values) {
    out.u16(values.size());
    for (int i = 0; i < values.size(); i++) {
      IdMapping mapping = values.get(i);
      out.u32(mapping.inside());
      out.u32(mapping.outside());
      out.u32(mapping.count());
    }
  }

  @Override
  public void entries(String name, List<? extends Step.Entry> values) {
    out.u16(values.size());
    for (int i = 0; i < values.size(); i++) {
      values.get(i).fields(this);
    }
  }
}
