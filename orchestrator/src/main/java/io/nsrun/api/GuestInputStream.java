package io.nsrun.api;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A pipe that a container writes to, which virtual threads may read, too. It keeps no descriptor
 * once it was read to its end, or nobody writes any more.
 */
final class GuestInputStream extends InputStream {
  /** Virtual threads wait for it without a thread of the kernel's, other than for a monitor. */
  private final ReentrantLock reading = new ReentrantLock();

  /** The pipe, or what was left in it. Set by whoever reads. */
  private volatile InputStream source;

  private volatile boolean closed;

  GuestInputStream(InputStream pipe) {
    this.source = pipe;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    int n = read(one, 0, 1);
    return n < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    reading.lock();
    try {
      checkOpen();
      InputStream in = source;
      // What is there is read without waiting.
      int n =
          Blocking.isVirtual() && in.available() == 0
              ? Blocking.call(() -> in.read(bytes, offset, length))
              : in.read(bytes, offset, length);
      if (n < 0) {
        replace(new byte[0]);
      }
      return n;
    } finally {
      reading.unlock();
    }
  }

  /** Zero, too, while another thread reads. */
  @Override
  public int available() throws IOException {
    checkOpen();
    if (!reading.tryLock()) {
      return 0;
    }
    try {
      return source.available();
    } finally {
      reading.unlock();
    }
  }

  private void checkOpen() throws IOException {
    if (closed) {
      throw new IOException("Stream closed");
    }
  }

  /**
   * Nobody writes any more: takes what is left out of the pipe, at most what one holds, as the JDK
   * does for a process. Does not block.
   */
  void ended() {
    if (!reading.tryLock()) {
      // Whoever reads comes to the end.
      return;
    }
    try {
      if (!closed) {
        replace(rest());
      }
    } catch (IOException e) {
      // It was closed meanwhile.
      return;
    } finally {
      reading.unlock();
    }
  }

  /** By plain reads: those of a file's stream that read all ask where it is in a pipe. */
  private byte[] rest() throws IOException {
    byte[] rest = new byte[source.available()];
    int size = 0;
    while (size < rest.length) {
      int n = source.read(rest, size, rest.length - size);
      if (n < 0) {
        return Arrays.copyOf(rest, size);
      }
      size += n;
    }
    return rest;
  }

  private void replace(byte[] rest) throws IOException {
    InputStream pipe = source;
    source = new ByteArrayInputStream(rest);
    pipe.close();
  }

  @Override
  public void close() throws IOException {
    closed = true;
    source.close();
  }
}
