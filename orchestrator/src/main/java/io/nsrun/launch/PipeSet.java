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

  /** What takes what the container reads, where that is a pipe; else one that drops all. */
  OutputStream stdin(List<StreamTarget> streams) throws IOException {
    if (streams.get(0).equals(StreamTarget.PIPE)) {
      return stdin;
    }
    stdin.close();
    return OutputStream.nullOutputStream();
  }

  /** What the container writes to standard output, where that is a pipe; else an empty one. */
  InputStream stdout(List<StreamTarget> streams) throws IOException {
    return orNone(stdout, streams.get(1));
  }

  /** What the container writes to standard error, where that is a pipe; else an empty one. */
  InputStream stderr(List<StreamTarget> streams) throws IOException {
    return orNone(stderr, streams.get(2));
  }

  private static InputStream orNone(InputStream stream, StreamTarget target) throws IOException {
    if (target.equals(StreamTarget.PIPE)) {
      return stream;
    }
    stream.close();
    return InputStream.nullInputStream();
  }

  @Override
  public void close() throws IOException {
    stdin.close();
    stdout.close();
    stderr.close();
  }
}
