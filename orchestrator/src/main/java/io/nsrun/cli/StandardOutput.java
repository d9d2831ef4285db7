package io.nsrun.cli;

import io.nsrun.spec.IoMessages;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;

/** Where archives are written to: what goes wrong there is told with its name. */
final class StandardOutput extends FilterOutputStream {
  StandardOutput() {
    super(new FileOutputStream(FileDescriptor.out));
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      throw new IOException("standard output: " + IoMessages.reason(e), e);
    }
  }

  /** It stays open. */
  @Override
  public void close() throws IOException {
    flush();
  }
}
