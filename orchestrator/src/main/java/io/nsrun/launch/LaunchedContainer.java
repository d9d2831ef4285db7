package io.nsrun.launch;

import io.nsrun.control.Frames;
import io.nsrun.control.StreamTarget;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/** A container that a {@link ContainerLauncher} has started, as its starter reaches it. */
public final class LaunchedContainer implements Closeable {
  private final ContainerLauncher launcher;
  private final long number;
  private final OutputStream stdin;
  private final InputStream stdout;
  private final InputStream stderr;

  /**
   * One with that number.
   *
   * @param pipes of its set; null if none of its streams is a pipe
   */
  LaunchedContainer(
      ContainerLauncher launcher, long number, PipeSet pipes, List<StreamTarget> streams)
      throws IOException {
    this.launcher = launcher;
    this.number = number;
    stdin = pipes == null ? OutputStream.nullOutputStream() : pipes.stdin(streams);
    stdout = pipes == null ? InputStream.nullInputStream() : pipes.stdout(streams);
    stderr = pipes == null ? InputStream.nullInputStream() : pipes.stderr(streams);
  }

  /**
   * Sends one frame, as {@link Frames#signal} makes it; nothing happens if it has ended.
   *
   * @throws IOException if the launcher is gone
   */
  public void send(byte[] frame) throws IOException {
    launcher.send(Frames.of(number, frame));
  }

  /** Closes its streams, where nobody has use for them. */
  @Override
  public void close() {
    close(stdin);
    close(stdout);
    close(stderr);
  }

  private static void close(Closeable stream) {
    try {
      stream.close();
    } catch (IOException e) {
      // Nothing of it is buffered here: its descriptor is gone all the same.
      return;
    }
  }

  /** What its standard input reads; one that takes nothing if that is no pipe. */
  public OutputStream stdin() {
    return stdin;
  }

  /** What it writes to standard output; empty if that is no pipe. */
  public InputStream stdout() {
    return stdout;
  }

  /** What it writes to standard error; empty if that is no pipe. */
  public InputStream stderr() {
    return stderr;
  }
}
