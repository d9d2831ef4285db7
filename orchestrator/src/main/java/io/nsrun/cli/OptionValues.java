package io.nsrun.cli;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Stack;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * The values that were given to the options of {@link RunOption}, as text.
 *
 * <p>It takes them from picocli as they are parsed, in place of picocli's conversion to types. That
 * makes the options as docker run has them: a flag takes a value only if it is attached ({@code
 * --init=false}; the next word is ROOTFS), a value may look like an option, and the words from
 * ROOTFS on are taken in one piece.
 */
final class OptionValues implements IParameterPreprocessor {
  private final Map<RunOption, String> last = new EnumMap<>(RunOption.class);
  private final Map<RunOption, List<String>> lists = new EnumMap<>(RunOption.class);
  private final List<String> words = new ArrayList<>();

  /** Whether the option was given. */
  boolean has(RunOption option) {
    return last.containsKey(option);
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
  List<String> words() {
    return words;
  }

  @Override
  public boolean preprocess(
      Stack<String> args, CommandSpec command, ArgSpec argument, Map<String, Object> info) {
    if (!argument.isOption()) {
      while (!args.isEmpty()) {
        words.add(args.pop());
      }
      return true;
    }
    OptionSpec spec = (OptionSpec) argument;
    RunOption option = (RunOption) spec.userObject();
    if (option == RunOption.HELP) {
      last.put(option, "true");
      return true;
    }
    if (option.kind() == RunOption.Kind.FLAG) {
      last.put(
          option,
          "=".equals(info.get("separator")) ? flagValue(command, option, args.pop()) : "true");
      return true;
    }
    if (args.isEmpty()) {
      throw new ParameterException(
          command.commandLine(), option.longName() + " needs a value: " + option.parameter());
    }
    String value = args.pop();
    last.put(option, value);
    if (option.kind() == RunOption.Kind.LIST) {
      List<String> values = lists.get(option);
      if (values == null) {
        values = new ArrayList<>();
        lists.put(option, values);
      }
      values.add(value);
    }
    return true;
  }

  private static String flagValue(CommandSpec command, RunOption option, String text) {
    return switch (text) {
      case "true", "TRUE", "True", "t", "T", "1" -> "true";
      case "false", "FALSE", "False", "f", "F", "0" -> "false";
      default ->
          throw new ParameterException(
              command.commandLine(),
              option.longName() + ": \"" + text + "\" is neither true nor false");
    };
  }
}
