package io.nsrun.spec;

import java.util.Locale;

/**
 * A signal by its number on Linux x86_64 and aarch64, where the numbers agree (signal(7)).
 *
 * @param number 1 to 64
 */
public record Signal(int number) {
  private static final int MAX = 64;
  // glibc and musl keep 32-33 and 32-34 for themselves; kill -l of both shells counts from 34.
  private static final int RT_MIN = 34;

  private static final String[] NAMES = {
    null, "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
    "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU",
    "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS"
  };

  public static final Signal HUP = new Signal(1);
  public static final Signal INT = new Signal(2);
  public static final Signal QUIT = new Signal(3);
  public static final Signal KILL = new Signal(9);
  public static final Signal USR1 = new Signal(10);
  public static final Signal USR2 = new Signal(12);
  public static final Signal TERM = new Signal(15);
  public static final Signal CONT = new Signal(18);
  public static final Signal WINCH = new Signal(28);

  public Signal {
    if (number < 1 || number > MAX) {
      throw new IllegalArgumentException("signal " + number + " is not in 1-" + MAX);
    }
  }

  /**
   * The name with its prefix, as in {@code SIGTERM}, {@code SIGRTMIN+2} or, if nameless, {@code
   * SIG33}.
   */
  public String fullName() {
    if (number < NAMES.length) {
      return "SIG" + NAMES[number];
    }
    if (number < RT_MIN) {
      return "SIG" + number;
    }
    return number == RT_MIN ? "SIGRTMIN" : "SIGRTMIN+" + (number - RT_MIN);
  }

  /**
   * Reads {@code TERM}, {@code SIGTERM}, {@code 15}, {@code RTMIN+2} or {@code RTMAX-1}; case does
   * not matter.
   *
   * @throws IllegalArgumentException if there is no such signal
   */
  public static Signal parse(String text) {
    String name = text.trim().toUpperCase(Locale.ROOT);
    if (name.startsWith("SIG")) {
      name = name.substring(3);
    }
    for (int i = 1; i < NAMES.length; i++) {
      if (NAMES[i].equals(name)) {
        return new Signal(i);
      }
    }
    int number = alias(name);
    if (number == 0) {
      number = realTime(name);
    }
    if (number == 0) {
      number = (int) Decimal.parse(name, MAX);
    }
    if (number < 1 || number > MAX) {
      throw new IllegalArgumentException(
          "\""
              + text
              + "\" is no signal: a name such as TERM or a number from 1 to 64 is expected");
    }
    return new Signal(number);
  }

  private static int alias(String name) {
    return switch (name) {
      case "IOT" -> 6;
      case "CLD" -> 17;
      case "POLL" -> 29;
      default -> 0;
    };
  }

  private static int realTime(String name) {
    if (name.equals("RTMIN")) {
      return RT_MIN;
    }
    if (name.equals("RTMAX")) {
      return MAX;
    }
    if (name.startsWith("RTMIN+")) {
      int offset = (int) Decimal.parse(name.substring(6), MAX - RT_MIN);
      return offset < 0 ? 0 : RT_MIN + offset;
    }
    if (name.startsWith("RTMAX-")) {
      int offset = (int) Decimal.parse(name.substring(6), MAX - RT_MIN);
      return offset < 0 ? 0 : MAX - offset;
    }
    return 0;
  }

  @Override
  public String toString() {
    return fullName();
  }
}
