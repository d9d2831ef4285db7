package io.nsrun.api;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A pipe that a container reads, which virtual threads may write, too. It has a buffer as that of a
 * {@link Process}, from the first bytes on: most containers get none.
 */
final class GuestOutputStream extends OutputStream {
  private static final int BUFFER = 8192;

  private final OutputStream pipe;

  /** Virtual threads wait for it without a thread of the kernel's, other than for a monitor. */
  private final ReentrantLock writing = new ReentrantLock();

  // Guarded by writing.
  private byte[] buffer;
  private int count;
  private boolean closed;

  GuestOutputStream(OutputStream pipe) {
    this.pipe = pipe;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    writing.lock();
    try {
      if (length > BUFFER - count) {
        writeBuffered();
      }
      if (length >= BUFFER) {
        send(bytes, offset, length);
        return;
      }
      if (buffer == null) {
        buffer = new byte[BUFFER];
      }
      System.arraycopy(bytes, offset, buffer, count, length);
      count += length;
    } finally {
      writing.unlock();
    }
  }

  @Override
  public void flush() throws IOException {
    writing.lock();
    try {
      writeBuffered();
    } finally {
      writing.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    writing.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      try {
        writeBuffered();
      } finally {
        pipe.close();
      }
    } finally {
      buffer = null;
      count = 0;
      writing.unlock();
    }
  }

  private void writeBuffered() throws IOException {
    if (count > 0) {
      send(buffer, 0, count);
      count = 0;
    }
  }

  private void send(byte[] bytes, int offset, int length) throws IOException {
    if (!Blocking.isVirtual()) {
      pipe.write(bytes, offset, length);
      return;
    }
    Blocking.call(
        () -> {
          pipe.write(bytes, offset, length);
          return null;
        });
  }
}
