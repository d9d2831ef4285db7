package io.nsrun.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedChannelException;
import jnr.unixsocket.UnixSocketChannel;

/**
 * A connection of jnr-unixsocket that may be closed while other threads use it: close(2) alone
 * would not end their waiting, and would let them go on with a number that may be another file's by
 * then.
 */
final class JnrConnection implements ByteChannel {
  private final UnixSocketChannel socket;
  private final Object reading = new Object();
  private final Object writing = new Object();
  private volatile boolean open = true;

  JnrConnection(UnixSocketChannel socket) {
    this.socket = socket;
  }

  @Override
  public int read(ByteBuffer buffer) throws IOException {
    synchronized (reading) {
      check();
      int n = socket.read(buffer);
      if (n < 0 && !open) {
        throw new AsynchronousCloseException();
      }
      return n;
    }
  }

  @Override
  public int write(ByteBuffer buffer) throws IOException {
    synchronized (writing) {
      check();
      return socket.write(buffer);
    }
  }

  private void check() throws ClosedChannelException {
    if (!open) {
      throw new ClosedChannelException();
    }
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() throws IOException {
    open = false;
    if (socket.isOpen()) {
      try {
        socket.shutdownInput();
        socket.shutdownOutput();
      } catch (IOException e) {
        // The peer is gone already (ENOTCONN): nobody can be waiting for it.
      }
    }
    synchronized (reading) {
      synchronized (writing) {
        socket.close();
      }
    }
  }
}
