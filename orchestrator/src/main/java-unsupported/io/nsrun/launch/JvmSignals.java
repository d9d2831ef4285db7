package io.nsrun.launch;

/**
 * Signals that reach this JVM, by way of sun.misc.Signal.
 *
 * <p>There is no other way, and javac warns about this one without a means to say that it is known:
 * so this class is compiled apart from the others, for which a warning is an error. Going through
 * reflection instead costs 20 ms of every start.
 */
final class JvmSignals implements sun.misc.SignalHandler {
  /** Called in a thread of its own for each signal. */
  interface Handler {
    void handle(int number);
  }

  private final Handler handler;

  private JvmSignals(Handler handler) {
    this.handler = handler;
  }

  /**
   * Replaces what the JVM does with a signal.
   *
   * @param name without the prefix, for example {@code "TERM"}
   * @return false if the JVM keeps the signal for itself, as it does with QUIT
   */
  static boolean take(String name, Handler handler) {
    try {
      sun.misc.Signal.handle(new sun.misc.Signal(name), new JvmSignals(handler));
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  @Override
  public void handle(sun.misc.Signal signal) {
    handler.handle(signal.getNumber());
  }
}
