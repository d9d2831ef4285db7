package io.nsrun.launch;

import io.nsrun.control.StreamTarget;
import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/** Our ends of three pipes that a launcher has made for a container. */
final class PipeSet implements Closeable {
  private final int number;
  private final OutputStream stdin;
  private final InputStream stdout;
  private final InputStream stderr;

  private PipeSet(int number, OutputStream stdin, InputStream stdout, InputStream stderr) {
    this.number = number;
    this.stdin = stdin;
    this.stdout = stdout;
    this.stderr = stderr;
  }

  /**
   * Opens them.
   *
   * @param directory the descriptors of the launcher, in /proc
   */
  static PipeSet open(int number, String directory, long stdin, long stdout, long stderr)
      throws IOException {
    OutputStream in = new FileOutputStream(directory + stdin);
    InputStream out = null;
    boolean done = false;
    try {
      out = new PipeInput(directory + stdout);
      PipeSet set = new PipeSet(number, in, out, new PipeInput(directory + stderr));
      done = true;
      return set;
    } finally {
      if (!done) {
        in.close();
        if (out != null) {
          out.close();
        }
      }
    }
  }

  int number() {
    return number;
  }

  OutputStream stdin() {
    return stdin;
  }

  InputStream stdout() {
    return stdout;
  }

  InputStream stderr() {
    return stderr;
  }

  /** Closes those that the container does not have. */
  void closeUnused(List<StreamTarget> streams) throws IOException {
    Closeable[] all = {stdin, stdout, stderr};
    for (int i = 0; i < all.length; i++) {
      if (!streams.get(i).equals(StreamTarget.PIPE)) {
        all[i].close();
      }
    }
  }

  @Override
  public void close() throws IOException {
    stdin.close();
    stdout.close();
    stderr.close();
  }
}
