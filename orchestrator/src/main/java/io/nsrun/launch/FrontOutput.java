package io.nsrun.launch;

import io.nsrun.control.FrontConnection;
import java.io.IOException;
import java.io.OutputStream;

/** A standard stream of output that a front has. */
final class FrontOutput extends OutputStream {
  private static final int BUFFER = 32 << 10;

  private final FrontConnection connection;
  private final int descriptor;
  private final byte[] bytes = new byte[BUFFER];
  private int size;
  private boolean used;
  private volatile boolean lost;

  FrontOutput(FrontConnection connection, int descriptor) {
    this.connection = connection;
    this.descriptor = descriptor;
  }

  /** Nobody reads it any more. */
  void lost() {
    lost = true;
  }

  synchronized boolean isUsed() {
    return used;
  }

  @Override
  public synchronized void write(int b) throws IOException {
    if (size == bytes.length) {
      flush();
    }
    bytes[size++] = (byte) b;
  }

  @Override
  public synchronized void write(byte[] from, int start, int length) throws IOException {
    int at = start;
    int left = length;
    while (left > 0) {
      if (size == bytes.length) {
        flush();
      }
      int part = Math.min(left, bytes.length - size);
      System.arraycopy(from, at, bytes, size, part);
      size += part;
      at += part;
      left -= part;
    }
  }

  @Override
  public synchronized void flush() throws IOException {
    if (lost) {
      throw new IOException("nobody reads it");
    }
    if (size > 0) {
      used = true;
      int length = size;
      size = 0;
      connection.output(descriptor, bytes, 0, length);
    }
  }
}
