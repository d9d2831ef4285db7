package io.nsrun.cli;

import io.nsrun.spec.Capabilities;
import io.nsrun.spec.Capability;
import io.nsrun.spec.CapabilitySet;
import io.nsrun.spec.Decimal;
import io.nsrun.spec.Rlimit;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.Sysctl;
import java.util.List;
import java.util.Locale;

/** Reads the options that say what the command may do: capabilities and limits. */
final class PrivilegeOptions {
  /** RLIM_INFINITY aside, a limit that fits a signed number is large enough for everybody. */
  private static final long LARGEST_LIMIT = (1L << 59) - 1;

  private final OptionValues values;
  private final SpecProblems problems;

  PrivilegeOptions(OptionValues values, SpecProblems problems) {
    this.values = values;
    this.problems = problems;
  }

  void apply(Spec.Builder spec) {
    boolean privileged = values.flag(RunOption.PRIVILEGED, false);
    CapabilitySet add = capabilities(RunOption.CAP_ADD);
    CapabilitySet drop = capabilities(RunOption.CAP_DROP);
    if (privileged || add.bits() != 0 || drop.bits() != 0) {
      spec.capabilities(new Capabilities(add, drop, privileged));
    }
    for (String text : values.values(RunOption.ULIMIT)) {
      limit(spec, text);
    }
    for (String text : values.values(RunOption.SYSCTL)) {
      try {
        spec.sysctl(Sysctl.parse(text));
      } catch (IllegalArgumentException e) {
        problems.add(SpecField.SYSCTL, e.getMessage(), "");
      }
    }
  }

  private CapabilitySet capabilities(RunOption option) {
    CapabilitySet set = CapabilitySet.NONE;
    List<String> texts = values.values(option);
    for (int i = 0; i < texts.size(); i++) {
      for (String name : MountOptionParser.split(texts.get(i), ',')) {
        if (name.equalsIgnoreCase("ALL")) {
          set = CapabilitySet.ALL;
          continue;
        }
        try {
          set = set.plus(Capability.parse(name));
        } catch (IllegalArgumentException e) {
          problems.add(option.longName(), e.getMessage(), "");
        }
      }
    }
    return set;
  }

  private void limit(Spec.Builder spec, String text) {
    int equals = text.indexOf('=');
    Rlimit.Resource resource = equals < 0 ? null : resource(text.substring(0, equals));
    if (resource == null) {
      problems.add(
          SpecField.RLIMIT,
          "\"" + text + "\" is no limit",
          "NAME=SOFT:HARD with a NAME of getrlimit(2) is expected, as in nofile=1024");
      return;
    }
    String numbers = text.substring(equals + 1);
    int colon = numbers.indexOf(':');
    long soft = amount(colon < 0 ? numbers : numbers.substring(0, colon));
    long hard = colon < 0 ? soft : amount(numbers.substring(colon + 1));
    if (soft == BAD || hard == BAD) {
      problems.add(
          SpecField.RLIMIT,
          "\"" + text + "\" has no number",
          "a number, -1 or unlimited is expected");
      return;
    }
    spec.rlimit(new Rlimit(resource, soft, hard));
  }

  private static final long BAD = Long.MIN_VALUE;

  private static long amount(String text) {
    if (text.equals("unlimited") || text.equals("-1")) {
      return Rlimit.UNLIMITED;
    }
    long value = Decimal.parse(text, LARGEST_LIMIT);
    return value < 0 ? BAD : value;
  }

  private static Rlimit.Resource resource(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    for (Rlimit.Resource resource : Rlimit.Resource.values()) {
      if (resource.name().equals(upper)) {
        return resource;
      }
    }
    return null;
  }
}
