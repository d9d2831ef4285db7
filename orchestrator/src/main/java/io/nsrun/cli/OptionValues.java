package io.nsrun.cli;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The values that were given to the options of {@link RunOption}, as text, and the arguments after
 * them.
 */
final class OptionValues {
  private final Map<RunOption, String> last = new EnumMap<>(RunOption.class);
  private final Map<RunOption, List<String>> lists = new EnumMap<>(RunOption.class);
  private final List<String> arguments = new ArrayList<>();

  /** Whether the option was given. */
  boolean has(RunOption option) {
    return last.containsKey(option);
  }

  /** Whether one of the {@link LimitOptions} was given. */
  boolean hasLimits() {
    for (RunOption option : last.keySet()) {
      if (option.isLimit()) {
        return true;
      }
    }
    return false;
  }

  /** Whether one was given that {@code create} has not. */
  boolean hasOtherThanOfCreate() {
    for (RunOption option : last.keySet()) {
      if (!option.isOfCreate()) {
        return true;
      }
    }
    return false;
  }

  /** The value of a flag, {@code otherwise} if it was not given. */
  boolean flag(RunOption option, boolean otherwise) {
    String value = last.get(option);
    return value == null ? otherwise : value.equals("true");
  }

  /** The last value of an option; null if it was not given. */
  String value(RunOption option) {
    return last.get(option);
  }

  /** All values of an option, in their order. */
  List<String> values(RunOption option) {
    List<String> values = lists.get(option);
    return values == null ? List.of() : values;
  }

  /** ROOTFS and what follows it. */
  List<String> arguments() {
    return arguments;
  }

  /** Adds a value. */
  void set(RunOption option, String value) {
    last.put(option, value);
    if (option.kind() == RunOption.Kind.LIST) {
      List<String> values = lists.get(option);
      if (values == null) {
        values = new ArrayList<>();
        lists.put(option, values);
      }
      values.add(value);
    }
  }

  /** Adds the arguments from index {@code start} on. */
  void addArguments(String[] args, int start) {
    for (int i = start; i < args.length; i++) {
      arguments.add(args[i]);
    }
  }

  /** What a flag is set to by its attached value; null if it is neither true nor false. */
  static String flagValue(String text) {
    return switch (text) {
      case "true", "TRUE", "True", "t", "T", "1" -> "true";
      case "false", "FALSE", "False", "f", "F", "0" -> "false";
      default -> null;
    };
  }
}
