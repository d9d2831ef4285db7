package io.nsrun.control;

import java.io.Closeable;
import java.io.IOException;

/**
 * A connection to one nsinit. {@link #send} and {@link #receive} may be called by different threads
 * at once, each of them by one thread at a time.
 */
public interface ControlChannel extends Closeable {
  /** Who is at the other end. */
  Peer peer();

  /**
   * Sends whole frames, as {@link Frames} and {@link PlanEncoder} make them. Blocks until the
   * kernel has taken all bytes.
   *
   * @throws IOException if the peer is gone or the channel was closed
   */
  void send(byte[] frames) throws IOException;

  /**
   * Waits for the next event.
   *
   * @throws ChannelClosedException if the peer closed the channel
   * @throws ProtocolException if the peer sent something else than an event
   * @throws IOException if the channel was closed by another thread, or failed
   */
  Event receive() throws IOException;

  /** Closes the connection and ends waiting calls. Closing twice does nothing. */
  @Override
  void close() throws IOException;
}
