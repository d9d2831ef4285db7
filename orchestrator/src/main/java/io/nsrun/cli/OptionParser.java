package io.nsrun.cli;

import java.util.HashMap;
import java.util.Map;

/**
 * Parses the arguments of {@code run} as picocli does with the same options, for a tenth of its
 * start-up cost: picocli loads 150 classes, and converters for types that no option here has.
 *
 * <p>It knows only right arguments. At the first wrong one it gives up, and picocli, which knows
 * how to say what is wrong, is asked instead. A test holds both to the same results.
 */
final class OptionParser {
  private static final Map<String, RunOption> BY_NAME = byName();

  private OptionParser() {}

  private static Map<String, RunOption> byName() {
    Map<String, RunOption> names = new HashMap<>(128);
    for (RunOption option : RunOption.values()) {
      for (String name : option.names()) {
        names.put(name, option);
      }
    }
    return names;
  }

  /**
   * Parses options up to the first argument that is none, {@code --} or the end.
   *
   * @return the values; null if something is wrong with the arguments
   */
  static OptionValues parse(String[] args) {
    OptionValues values = new OptionValues();
    int at = 0;
    while (at >= 0 && at < args.length) {
      String arg = args[at];
      if (arg.equals("--")) {
        at++;
        break;
      }
      if (arg.length() < 2 || arg.charAt(0) != '-') {
        break;
      }
      at = arg.charAt(1) == '-' ? longOption(args, at, values) : cluster(args, at, values);
    }
    if (at < 0) {
      return null;
    }
    values.addArguments(args, at);
    return values;
  }

  /** The index after the option; -1 if something is wrong with it. */
  private static int longOption(String[] args, int at, OptionValues values) {
    String arg = args[at];
    int equals = arg.indexOf('=');
    RunOption option = BY_NAME.get(equals < 0 ? arg : arg.substring(0, equals));
    if (option == null) {
      return -1;
    }
    return take(option, equals < 0 ? null : arg.substring(equals + 1), args, at, values);
  }

  /**
   * One or more options of one letter in one argument, as in {@code -it} or {@code -eNAME=VALUE}.
   */
  private static int cluster(String[] args, int at, OptionValues values) {
    String arg = args[at];
    for (int i = 1; i < arg.length(); i++) {
      RunOption option = BY_NAME.get("-" + arg.charAt(i));
      if (option == null) {
        return -1;
      }
      boolean isLast = i + 1 == arg.length();
      boolean attached = !isLast && arg.charAt(i + 1) == '=';
      if (option.kind() != RunOption.Kind.FLAG || attached) {
        String rest = isLast ? null : arg.substring(attached ? i + 2 : i + 1);
        // A value of no letters can't be told from none here: "-e=".
        return rest != null && rest.isEmpty() ? -1 : take(option, rest, args, at, values);
      }
      values.set(option, "true");
    }
    return at + 1;
  }

  private static int take(
      RunOption option, String attached, String[] args, int at, OptionValues values) {
    if (option.kind() == RunOption.Kind.FLAG) {
      String value = attached == null ? "true" : OptionValues.flagValue(attached);
      if (value == null || (option == RunOption.HELP && attached != null)) {
        return -1;
      }
      values.set(option, value);
      return at + 1;
    }
    if (attached != null) {
      values.set(option, attached);
      return at + 1;
    }
    if (at + 1 == args.length) {
      return -1;
    }
    values.set(option, args[at + 1]);
    return at + 2;
  }
}
