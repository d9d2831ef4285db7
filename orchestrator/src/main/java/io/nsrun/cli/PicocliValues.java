package io.nsrun.cli;

import java.util.Map;
import java.util.Stack;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Takes values from picocli as they are parsed, in place of picocli's conversion to types.
 *
 * <p>That makes the options as docker run has them: a flag takes a value only if it is attached
 * ({@code --init=false}; the next argument is ROOTFS), a value may look like an option, and the
 * arguments from ROOTFS on are taken in one piece.
 */
final class PicocliValues implements IParameterPreprocessor {
  private final OptionValues values;

  PicocliValues(OptionValues values) {
    this.values = values;
  }

  @Override
  public boolean preprocess(
      Stack<String> args, CommandSpec command, ArgSpec argument, Map<String, Object> info) {
    if (!argument.isOption()) {
      String[] rest = new String[args.size()];
      for (int i = 0; i < rest.length; i++) {
        rest[i] = args.pop();
      }
      values.addArguments(rest, 0);
      return true;
    }
    RunOption option = (RunOption) ((OptionSpec) argument).userObject();
    boolean attached = "=".equals(info.get("separator"));
    if (option.kind() == RunOption.Kind.FLAG) {
      values.set(option, attached ? attachedFlag(command, option, args.pop()) : "true");
      return true;
    }
    if (args.isEmpty()) {
      throw new ParameterException(
          command.commandLine(), option.longName() + " needs a value: " + option.parameter());
    }
    values.set(option, args.pop());
    return true;
  }

  private static String attachedFlag(CommandSpec command, RunOption option, String text) {
    String value = OptionValues.flagValue(text);
    if (value == null || option == RunOption.HELP) {
      throw new ParameterException(
          command.commandLine(),
          option.longName() + ": \"" + text + "\" is neither true nor false");
    }
    return value;
  }
}
