package io.nsrun.plan.explain;

import io.nsrun.plan.steps.Fields;
import io.nsrun.plan.steps.FileStep;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.Step;
import io.nsrun.spec.Blob;
import io.nsrun.spec.IdMapping;
import io.nsrun.spec.IoPriority;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * A step as data: names and values in the order of the step's payload. Names are stable; numbers
 * that have a name in C headers are given by it.
 */
final class PlanFields implements Fields {
  /**
   * A name and its value.
   *
   * @param key lower-case words joined by underscores
   * @param value a String, a Long, a Boolean, or a List of Strings
   */
  record Field(String key, Object value) {}

  private final List<Field> fields = new ArrayList<>();
  private long major;

  private PlanFields() {}

  static List<Field> of(Step step) {
    PlanFields listener = new PlanFields();
    step.fields(listener);
    return List.copyOf(listener.fields);
  }

  private void put(String name, Object value) {
    fields.add(new Field(key(name), value));
  }

  /** The name in data, where it is not that of the payload. */
  private static String key(String name) {
    return switch (name) {
      case "joins" -> "joined";
      case "ranges" -> "mappings";
      case "options" -> "parameters";
      case "parts" -> "message";
      case "mask" -> "cpus";
      case "argv" -> "args";
      case "paths" -> "candidates";
      default -> name;
    };
  }

  private void number(String name, long value, Form form) {
    switch (form) {
      case MAJOR -> major = value;
      case MINOR -> {
        if (major != 0 || value != 0) {
          put("device", major + ":" + value);
        }
      }
      default -> put(name, value(value, form));
    }
  }

  private static Object value(long value, Form form) {
    return switch (form) {
      case NUMBER, MAJOR, MINOR -> value;
      case UNSIGNED -> Long.toUnsignedString(value);
      case SIGNED -> (long) (int) value;
      case MODE -> PlanNames.octal((int) value);
      case LIMIT -> PlanNames.limit(value);
      case LIMIT_OR_ZERO -> PlanNames.unlessZero(value);
      case OWNER -> value == HostStep.Namespaces.CALLER ? "caller" : Long.toString(value);
      case PROCESSES ->
          value == HostStep.Namespaces.UNCHANGED ? "unchanged" : Long.toUnsignedString(value);
      case DETACHED_OR_TMPFS -> value == FileStep.Overlay.TMPFS ? "tmpfs" : (Object) value;
      case EXPECT -> expected(value).name().toLowerCase(Locale.ROOT);
      case IO_CLASS -> IoPriority.SchedulingClass.of((int) value).word();
      case RESOURCE -> PlanNames.resource((int) value);
      case OPTIONS -> PlanNames.options(value);
      case MOUNT_FLAGS -> PlanNames.mountFlags(value);
      case NAMESPACES -> PlanNames.namespaces(value);
      case MOUNT_ATTRS -> PlanNames.mountAttrs(value);
      case PROPAGATION -> PlanNames.propagation(value);
      case CAPABILITIES -> PlanNames.capabilities(value);
      case FILTER_FLAGS -> PlanNames.filterFlags(value);
      case LANDLOCK_FS -> PlanNames.landlockFs(value);
      case LANDLOCK_NET -> PlanNames.landlockNet(value);
      case LANDLOCK_SCOPES -> PlanNames.landlockScopes(value);
    };
  }

  private static Step.Expect expected(long code) {
    for (Step.Expect expect : Step.Expect.values()) {
      if (expect.code() == code) {
        return expect;
      }
    }
    throw new IllegalArgumentException("nothing to expect: " + code);
  }

  @Override
  public void u8(String name, int value, Form form) {
    number(name, value, form);
  }

  @Override
  public void u16(String name, int value, Form form) {
    number(name, value, form);
  }

  @Override
  public void u32(String name, long value, Form form) {
    number(name, value, form);
  }

  @Override
  public void u64(String name, long value, Form form) {
    number(name, value, form);
  }

  @Override
  public void bool(String name, boolean value) {
    put(name, value);
  }

  @Override
  public void str(String name, String value) {
    put(name, value);
  }

  @Override
  public void blob(String name, Blob value) {
    put(
        name,
        name.equals("mask")
            ? PlanNames.cpus(value)
            : HexFormat.of().formatHex(value.toByteArray()));
  }

  @Override
  public void strings(String name, List<String> values) {
    put(name, name.equals("parts") ? String.join("PID", values) : values);
  }

  @Override
  public void manyStrings(String name, List<String> values) {
    put(name, values);
  }

  @Override
  public void ids(String name, List<Long> values) {
    put(name, values.stream().map(String::valueOf).toList());
  }

  @Override
  public void mappings(String name, List<IdMapping> values) {
    put(name, values.stream().map(IdMapping::toString).toList());
  }

  @Override
  public void entries(String name, List<? extends Step.Entry> values) {
    put(name, values.stream().map(PlanFields::text).toList());
  }

  private static String text(Step.Entry entry) {
    if (entry instanceof Step.Joined join) {
      return String.join("|", PlanNames.namespaces(join.type())) + ":" + join.path();
    }
    if (entry instanceof Step.PathRule rule) {
      return rule.path() + ": " + String.join("|", PlanNames.landlockFs(rule.access()));
    }
    if (entry instanceof Step.Argument argument) {
      return argument.before() + (argument.pid() ? "PID" : "") + argument.after();
    }
    Step.Parameter parameter = (Step.Parameter) entry;
    return parameter.value().isEmpty()
        ? parameter.key()
        : parameter.key() + "=" + parameter.value();
  }
}
