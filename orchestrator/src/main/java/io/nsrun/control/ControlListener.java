package io.nsrun.control;

import java.io.Closeable;
import java.io.IOException;

/**
 * A listening Unix socket that waits for nsinit to connect. Its path is bound when it is made; who
 * made the directory sees to it that no other user reaches it. The file is not removed here.
 */
public interface ControlListener extends Closeable {
  /**
   * Waits for the next connection. The caller must look at {@link ControlChannel#peer} before it
   * believes it.
   *
   * @throws IOException if the listener was closed, by another thread too
   */
  ControlChannel accept() throws IOException;

  /** Stops listening and ends a waiting {@link #accept}. Closing twice does nothing. */
  @Override
  void close() throws IOException;
}
