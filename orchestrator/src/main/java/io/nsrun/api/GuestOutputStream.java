package io.nsrun.api;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** A pipe that a container reads, which virtual threads may write, too. */
final class GuestOutputStream extends OutputStream {
  private final OutputStream pipe;

  private GuestOutputStream(OutputStream pipe) {
    this.pipe = pipe;
  }

  /** With a buffer, as that of a {@link Process}. */
  static OutputStream of(OutputStream pipe) {
    return new BufferedOutputStream(new GuestOutputStream(pipe));
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    run(
        () -> {
          pipe.write(bytes, offset, length);
          pipe.flush();
        });
  }

  @Override
  public void close() throws IOException {
    run(pipe::close);
  }

  private static void run(Blocking.Action action) throws IOException {
    if (!Blocking.isVirtual()) {
      action.run();
      return;
    }
    Blocking.call(
        () -> {
          action.run();
          return null;
        });
  }
}
