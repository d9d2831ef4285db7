package io.nsrun.log;

import java.io.PrintStream;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.Logger;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * slf4j's backend of the command line.
 *
 * <p>It is named by the system property {@code slf4j.provider} and not by a service file: so slf4j
 * need not search the class path, and a program that embeds this library keeps its own backend.
 */
public final class StderrLogProvider implements SLF4JServiceProvider {
  /** Made with the first message. */
  private static final class Diverted {
    static final InheritableThreadLocal<PrintStream> OUT = new InheritableThreadLocal<>();
  }

  private final IMarkerFactory markers = new BasicMarkerFactory();
  private final MDCAdapter context = new NOPMDCAdapter();
  private final ILoggerFactory loggers = new Loggers();

  /** Makes this the backend of this JVM, if no logger was made yet. */
  public static void select() {
    System.setProperty("slf4j.provider", "io.nsrun.log.StderrLogProvider");
    // Or slf4j says on standard error that it follows the line above.
    System.setProperty("slf4j.internal.verbosity", "WARN");
  }

  /**
   * Has what this thread, and those that it makes, have to say written elsewhere than to this
   * process' standard error.
   *
   * @param out null: no longer
   */
  public static void divert(PrintStream out) {
    if (out == null) {
      Diverted.OUT.remove();
    } else {
      Diverted.OUT.set(out);
    }
  }

  static PrintStream out() {
    PrintStream diverted = Diverted.OUT.get();
    return diverted == null ? System.err : diverted;
  }

  private static final class Loggers implements ILoggerFactory {
    @Override
    public Logger getLogger(String name) {
      return new StderrLogger(name);
    }
  }

  @Override
  public ILoggerFactory getLoggerFactory() {
    return loggers;
  }

  @Override
  public IMarkerFactory getMarkerFactory() {
    return markers;
  }

  @Override
  public MDCAdapter getMDCAdapter() {
    return context;
  }

  @Override
  public String getRequestedApiVersion() {
    return "2.0.99";
  }

  @Override
  public void initialize() {}
}
