package io.nsrun.launch;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Reads a pipe: {@link FileInputStream} would ask in some of its methods where it is in it. */
final class PipeInput extends InputStream {
  private final FileInputStream in;

  PipeInput(String path) throws IOException {
    in = new FileInputStream(path);
  }

  @Override
  public int read() throws IOException {
    return in.read();
  }

  @Override
  public int read(byte[] bytes, int start, int length) throws IOException {
    return in.read(bytes, start, length);
  }

  @Override
  public int available() throws IOException {
    return in.available();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
