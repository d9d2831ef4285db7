package io.nsrun.api;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.locks.ReentrantLock;

/** A pipe that a container writes to, which virtual threads may read, too. */
final class GuestInputStream extends InputStream {
  private final InputStream pipe;

  /** Virtual threads wait for it without a thread of the kernel's, other than for a monitor. */
  private final ReentrantLock reading = new ReentrantLock();

  GuestInputStream(InputStream pipe) {
    this.pipe = pipe;
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
      // What is there is read without waiting.
      return Blocking.isVirtual() && pipe.available() == 0
          ? Blocking.call(() -> pipe.read(bytes, offset, length))
          : pipe.read(bytes, offset, length);
    } finally {
      reading.unlock();
    }
  }

  /** Zero, too, while another thread reads. */
  @Override
  public int available() throws IOException {
    if (!reading.tryLock()) {
      return 0;
    }
    try {
      return pipe.available();
    } finally {
      reading.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    pipe.close();
  }
}
