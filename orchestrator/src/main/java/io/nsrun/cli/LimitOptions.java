package io.nsrun.cli;

import io.nsrun.spec.Bytes;
import io.nsrun.spec.CpuList;
import io.nsrun.spec.Decimal;
import io.nsrun.spec.IoPriority;
import io.nsrun.spec.JvmProfile;
import io.nsrun.spec.LandlockRule;
import io.nsrun.spec.Limits;
import io.nsrun.spec.Preferences;
import io.nsrun.spec.Property;
import io.nsrun.spec.Rlimit;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Reads the options that say what a container may use, and how much of its isolation it needs. */
final class LimitOptions {
  private static final long LARGEST_COUNT = 1L << 40;

  private final OptionValues values;
  private final SpecProblems problems;

  LimitOptions(OptionValues values, SpecProblems problems) {
    this.values = values;
    this.problems = problems;
  }

  void apply(Spec.Builder spec) {
    Limits limits = Limits.NONE;
    if (values.has(RunOption.MEMORY)) {
      limits = limits.withMemory(size(RunOption.MEMORY));
    }
    if (values.has(RunOption.PIDS_LIMIT)) {
      limits = limits.withProcesses(processes());
    }
    if (values.has(RunOption.CPU_TIME)) {
      limits = cpuTime(limits);
    }
    if (values.has(RunOption.OUTPUT_LIMIT)) {
      limits = limits.withOutput(size(RunOption.OUTPUT_LIMIT));
    }
    limits = limits.withCountOutput(values.has(RunOption.RESULT));
    limits = cpus(limits);
    if (values.has(RunOption.NICE)) {
      limits = nice(limits);
    }
    if (values.has(RunOption.IO_PRIORITY)) {
      limits = ioPriority(limits);
    }
    spec.limits(limits);
    rlimits(spec);
    for (String text : values.values(RunOption.LANDLOCK)) {
      landlock(spec, text);
    }
    spec.preferences(preferences());
    if (values.flag(RunOption.JVM, false)) {
      checkJvm(limits);
    }
  }

  /** What {@code --jvm} puts in front of the caller's own options for JVMs. */
  static String jvmOptions(Limits limits, String given) {
    String options = JvmProfile.options(limits.memory());
    // The last one of two options for the same thing counts.
    return given == null || given.isEmpty() ? options : options + " " + given;
  }

  private Bytes size(RunOption option) {
    try {
      return Bytes.parse(values.value(option));
    } catch (IllegalArgumentException e) {
      problems.add(option.longName(), e.getMessage(), "");
      return Bytes.ZERO;
    }
  }

  private long processes() {
    String text = values.value(RunOption.PIDS_LIMIT);
    if (text.equals("-1")) {
      return 0;
    }
    return count(RunOption.PIDS_LIMIT, text);
  }

  private long count(RunOption option, String text) {
    long count = Decimal.parse(text, LARGEST_COUNT);
    if (count < 0) {
      problems.add(
          option.longName(), "\"" + text + "\" is no number", "a decimal number is expected");
      return 0;
    }
    return count;
  }

  private Limits cpuTime(Limits limits) {
    try {
      return limits.withCpuTime(Durations.parse(values.value(RunOption.CPU_TIME)));
    } catch (IllegalArgumentException e) {
      problems.add(SpecField.CPU_TIME, e.getMessage(), "");
      return limits;
    }
  }

  private Limits cpus(Limits limits) {
    Limits result = limits;
    if (values.has(RunOption.CPUS)) {
      String text = values.value(RunOption.CPUS);
      int cpus = roundUp(text);
      if (cpus < 0) {
        problems.add(
            SpecField.CPUS,
            "\"" + text + "\" is no number of CPUs",
            "a number is expected, as in 1.5, which is rounded up");
      } else {
        result = result.withCpus(cpus);
      }
    }
    if (values.has(RunOption.CPUSET_CPUS) && !values.value(RunOption.CPUSET_CPUS).isEmpty()) {
      try {
        result = result.withCpuset(CpuList.parse(values.value(RunOption.CPUSET_CPUS)));
      } catch (IllegalArgumentException e) {
        problems.add(SpecField.CPUSET, e.getMessage(), "");
      }
    }
    return result;
  }

  /** A decimal fraction as the next whole number; -1 if it is none. */
  private static int roundUp(String text) {
    int point = text.indexOf('.');
    String whole = point < 0 ? text : text.substring(0, point);
    String fraction = point < 0 ? "" : text.substring(point + 1);
    if (whole.isEmpty() && fraction.isEmpty()) {
      return -1;
    }
    boolean more = false;
    for (int i = 0; i < fraction.length(); i++) {
      char digit = fraction.charAt(i);
      if (digit < '0' || digit > '9') {
        return -1;
      }
      more |= digit != '0';
    }
    long number = whole.isEmpty() ? 0 : Decimal.parse(whole, 1 << 20);
    return number < 0 ? -1 : (int) number + (more ? 1 : 0);
  }

  private Limits nice(Limits limits) {
    String text = values.value(RunOption.NICE);
    boolean negative = text.startsWith("-");
    long number = Decimal.parse(negative ? text.substring(1) : text, 1000);
    if (number < 0) {
      problems.add(SpecField.NICE, "\"" + text + "\" is no niceness", "use -20 to 19");
      return limits;
    }
    return limits.withNice((int) (negative ? -number : number));
  }

  private Limits ioPriority(Limits limits) {
    try {
      return limits.withIoPriority(IoPriority.parse(values.value(RunOption.IO_PRIORITY)));
    } catch (IllegalArgumentException e) {
      problems.add(SpecField.IO_PRIORITY, e.getMessage(), "");
      return limits;
    }
  }

  private void rlimits(Spec.Builder spec) {
    if (values.has(RunOption.FILE_SIZE)) {
      long size = size(RunOption.FILE_SIZE).value();
      if (size > 0) {
        spec.rlimit(new Rlimit(Rlimit.Resource.FSIZE, size, size));
      }
    }
    if (values.has(RunOption.NOFILE)) {
      String text = values.value(RunOption.NOFILE);
      long files = count(RunOption.NOFILE, text);
      if (files > 0) {
        spec.rlimit(new Rlimit(Rlimit.Resource.NOFILE, files, files));
      }
    }
  }

  private void landlock(Spec.Builder spec, String text) {
    try {
      spec.landlock(LandlockRule.parse(text));
    } catch (IllegalArgumentException e) {
      problems.add(SpecField.LANDLOCK, e.getMessage(), "");
    }
  }

  private Preferences preferences() {
    List<String> required = values.values(RunOption.REQUIRE);
    List<String> preferred = values.values(RunOption.PREFER);
    if (required.isEmpty() && preferred.isEmpty()) {
      return Preferences.DEFAULT;
    }
    Set<Property> require = EnumSet.noneOf(Property.class);
    Set<Property> prefer = EnumSet.noneOf(Property.class);
    for (String name : required) {
      property(name, SpecField.REQUIRE, require);
    }
    for (String name : preferred) {
      property(name, SpecField.PREFER, prefer);
    }
    for (Property property : require) {
      if (prefer.contains(property)) {
        problems.add(
            SpecField.REQUIRE, property.word() + " is preferred, too", "keep one of the two");
      }
    }
    return new Preferences(require, prefer);
  }

  private void property(String name, SpecField field, Set<Property> into) {
    boolean prefer = field == SpecField.PREFER;
    Property property = Property.of(name);
    if (property == null || (prefer && !property.isPreferable())) {
      problems.add(
          field,
          property == null
              ? "\"" + name + "\" is no property"
              : property.word() + " is there or asked away, never less",
          "one of " + String.join(", ", names(prefer)) + " is expected");
      return;
    }
    into.add(property);
  }

  /** The properties that {@code --require} or {@code --prefer} takes. */
  static List<String> names(boolean prefer) {
    List<String> names = new ArrayList<>();
    for (Property property : Property.values()) {
      if (!prefer || property.isPreferable()) {
        names.add(property.word());
      }
    }
    return names;
  }

  private void checkJvm(Limits limits) {
    for (String text : values.values(RunOption.ULIMIT)) {
      if (text.startsWith("as=") || text.startsWith("data=")) {
        problems.add(
            RunOption.JVM.longName(),
            "a JVM reserves far more than it uses, and would not start with --ulimit " + text,
            "leave that out: --memory counts what is used");
      }
    }
    if (problems.has(SpecField.MEMORY)) {
      return;
    }
    long memory = limits.memory().value();
    if (memory == 0) {
      problems.add(RunOption.JVM.longName(), "needs to know the memory", "add --memory");
    } else if (memory < JvmProfile.LEAST_MEMORY.value()) {
      problems.add(
          SpecField.MEMORY,
          limits.memory().text() + " is too little for --jvm",
          "use at least " + JvmProfile.LEAST_MEMORY.text());
    }
  }
}
