package io.nsrun.control;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;

/**
 * Two pipes, as those of {@link PipeConnection}, that no interrupt closes: a thread that is
 * interrupted must not end the containers of others. Its close ends a call that waits only by what
 * the other side does then, which is to close too.
 */
final class SharedConnection implements ByteChannel {
  private final FileInputStream in;
  private final FileOutputStream out;
  private volatile boolean open = true;

  private SharedConnection(FileInputStream in, FileOutputStream out) {
    this.in = in;
    this.out = out;
  }

  /** Opens both by these paths. */
  static ByteChannel connect(String from, String to) throws IOException {
    FileInputStream in = new FileInputStream(from);
    try {
      return new SharedConnection(in, new FileOutputStream(to));
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  @Override
  public int read(ByteBuffer buffer) throws IOException {
    int n = in.read(buffer.array(), buffer.arrayOffset() + buffer.position(), buffer.remaining());
    if (n > 0) {
      buffer.position(buffer.position() + n);
    } else if (n < 0) {
      in.close();
    }
    return n;
  }

  @Override
  public int write(ByteBuffer buffer) throws IOException {
    int n = buffer.remaining();
    out.write(buffer.array(), buffer.arrayOffset() + buffer.position(), n);
    buffer.position(buffer.limit());
    return n;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  /** Closes the way to the other side; {@link #read} closes the way back, where that has ended. */
  @Override
  public void close() throws IOException {
    open = false;
    out.close();
  }
}
