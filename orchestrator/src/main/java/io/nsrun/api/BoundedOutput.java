package io.nsrun.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** Reads a stream to its end, and keeps the first bytes of it. */
final class BoundedOutput {
  private static final int BUFFER = 16 << 10;

  private final InputStream in;
  private final int most;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private boolean truncated;

  BoundedOutput(InputStream in, int most) {
    this.in = in;
    this.most = most;
  }

  /** Blocks until the end of the stream. To be called once, before the others. */
  void read() throws IOException {
    byte[] buffer = new byte[BUFFER];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      int room = Math.min(n, most - kept.size());
      kept.write(buffer, 0, room);
      truncated |= room < n;
    }
  }

  byte[] bytes() {
    return kept.toByteArray();
  }

  boolean isTruncated() {
    return truncated;
  }
}
