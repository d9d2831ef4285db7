package io.nsrun.launch;

import io.nsrun.control.ControlChannel;
import io.nsrun.spec.ExplainedException;
import java.io.IOException;
import java.nio.file.Path;

/** One nsinit process, whoever has started it. May be used by any thread. */
public interface NsinitProcess extends AutoCloseable {
  /** Goes on after a start that was only prepared, see {@link Nsinit#prepare}. */
  void proceed();

  /**
   * Waits until nsinit can be talked to, and greets it. To be called once.
   *
   * @return the channel to it, with HELLO sent; closed by {@link #close}
   * @throws ExplainedException if nsinit could not be placed or started, or ended
   */
  ControlChannel connect() throws IOException, InterruptedException;

  /** Where the time of the thread went that starts nsinit. */
  PhaseTimes times();

  /**
   * The nsinit program, for what only it can do later on; null before it was placed, and where
   * whoever started nsinit does that too.
   */
  Path binary();

  /**
   * Waits until the nsinit process has ended and was reaped.
   *
   * @return its exit code, or 128 + the signal that killed it
   */
  int awaitExit() throws InterruptedException;

  /**
   * Closes the channel and makes sure that nothing is left: neither the process, nor a container of
   * it. Blocks until the process is reaped.
   */
  @Override
  void close();

  /**
   * As {@link #close}, of one whose container may be about to live on, which the end of the channel
   * does not tell to end: kills it, unless it was left. Blocks until the process is reaped.
   */
  void closeForcibly();

  /** Leaves the process to itself, whose container lives on: {@link #close} does nothing then. */
  void leave() throws IOException;

  /**
   * As {@link #close}, but without waiting: for a handler that halts the JVM right afterwards.
   * Whoever waits for this nsinit in another thread waits until then, so that nobody takes for a
   * failure what was a request.
   */
  void abandon();
}
