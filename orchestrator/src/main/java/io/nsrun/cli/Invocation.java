package io.nsrun.cli;

import io.nsrun.engine.Caller;
import io.nsrun.engine.ExitCode;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/**
 * One call of nsrun: who calls, and where what is said goes. A command asks neither the JVM nor its
 * process for these.
 */
class Invocation {
  private final PrintStream out;
  private final PrintStream err;
  private final ErrorPrinter errors;
  private final boolean alone;

  /**
   * @param out standard output of whoever calls
   * @param err standard error of whoever calls
   * @param alone whether this JVM has one command to run, and ends with it
   */
  Invocation(PrintStream out, PrintStream err, boolean alone) {
    this.out = out;
    this.err = err;
    this.errors = new ErrorPrinter(err);
    this.alone = alone;
  }

  PrintStream out() {
    return out;
  }

  PrintStream err() {
    return err;
  }

  /** A buffer of text before {@link #out}, in UTF-8 whatever the locale; to be flushed. */
  PrintWriter writer() {
    return new PrintWriter(out, false, StandardCharsets.UTF_8);
  }

  ErrorPrinter errors() {
    return errors;
  }

  boolean isAlone() {
    return alone;
  }

  /**
   * Tells what a command has thrown.
   *
   * @return the exit code for it
   */
  int failed(Throwable e) {
    return BadArguments.tell(e, errors) ? ExitCode.NOT_STARTED : errors.failure(e);
  }

  /**
   * What follows takes a process that is the caller's alone.
   *
   * @param why in a few words
   */
  void needsOwnJvm(String why) {
    // It is one.
  }

  /**
   * Whoever calls.
   *
   * @throws IOException if /proc does not tell
   */
  Caller caller() throws IOException {
    return Caller.ofThisProcess();
  }
}
