package io.nsrun.api;

import java.util.OptionalInt;

/**
 * How a command ended, as wait(2) tells it: by itself with an exit code, or by a signal. An exit
 * code of 137 and a SIGKILL are two things here, other than in a shell.
 */
public final class ExitStatus {
  private static final int LAST_SIGNAL = 64;

  private final int code;
  private final int signal;
  private final boolean coreDumped;

  private ExitStatus(int code, int signal, boolean coreDumped) {
    this.code = code;
    this.signal = signal;
    this.coreDumped = coreDumped;
  }

  /**
   * {@return the status of a command that ended by itself}
   *
   * @param code what it gave to _exit(2), 0 to 255
   * @throws IllegalArgumentException if no exit code is such
   */
  public static ExitStatus exited(int code) {
    if (code < 0 || code > 255) {
      throw new IllegalArgumentException("exit code " + code + " is not in 0 to 255");
    }
    return new ExitStatus(code, 0, false);
  }

  /**
   * {@return the status of a command that a signal ended}
   *
   * @param signal its number, 1 to 64, see signal(7)
   * @param coreDumped whether the kernel wrote a core(5)
   * @throws IllegalArgumentException if no signal has that number
   */
  public static ExitStatus signaled(int signal, boolean coreDumped) {
    if (signal < 1 || signal > LAST_SIGNAL) {
      throw new IllegalArgumentException("signal " + signal + " is not in 1 to " + LAST_SIGNAL);
    }
    return new ExitStatus(-1, signal, coreDumped);
  }

  /** {@return the exit code, 0 to 255; empty if a signal ended the command} */
  public OptionalInt code() {
    return signal == 0 ? OptionalInt.of(code) : OptionalInt.empty();
  }

  /**
   * {@return the number of the signal that ended the command, 1 to 64; empty if it ended by itself}
   */
  public OptionalInt signal() {
    return signal == 0 ? OptionalInt.empty() : OptionalInt.of(signal);
  }

  /** {@return whether a signal ended the command and the kernel wrote a core(5)} */
  public boolean coreDumped() {
    return coreDumped;
  }

  /** {@return whether the command ended by itself with the exit code 0} */
  public boolean isSuccess() {
    return signal == 0 && code == 0;
  }

  /**
   * {@return the one number that shells and {@link Process#exitValue} make of both: the exit code,
   * or 128 and the signal's number}
   */
  public int toExitCode() {
    return signal == 0 ? code : 128 + signal;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ExitStatus that
        && code == that.code
        && signal == that.signal
        && coreDumped == that.coreDumped;
  }

  @Override
  public int hashCode() {
    return (code * 31 + signal) * 2 + (coreDumped ? 1 : 0);
  }

  /** For messages: {@code exit code 3}, {@code signal 11 (core dumped)}. */
  @Override
  public String toString() {
    return signal == 0
        ? "exit code " + code
        : "signal " + signal + (coreDumped ? " (core dumped)" : "");
  }
}
