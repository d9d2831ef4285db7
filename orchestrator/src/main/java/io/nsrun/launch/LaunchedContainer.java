package io.nsrun.launch;

import io.nsrun.control.Frames;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** A container that a {@link ContainerLauncher} has started, as its starter reaches it. */
public final class LaunchedContainer {
  private final ContainerLauncher launcher;
  private final long number;
  private final PipeSet pipes;

  LaunchedContainer(ContainerLauncher launcher, long number, PipeSet pipes) {
    this.launcher = launcher;
    this.number = number;
    this.pipes = pipes;
  }

  /**
   * Sends one frame, as {@link Frames#signal} makes it; nothing happens if it has ended.
   *
   * @throws IOException if the launcher is gone
   */
  public void send(byte[] frame) throws IOException {
    launcher.send(Frames.of(number, frame));
  }

  /** What its standard input reads; one that takes nothing if that is no pipe. */
  public OutputStream stdin() {
    return pipes == null ? OutputStream.nullOutputStream() : pipes.stdin();
  }

  /** What it writes to standard output; empty if that is no pipe. */
  public InputStream stdout() {
    return pipes == null ? InputStream.nullInputStream() : pipes.stdout();
  }

  /** What it writes to standard error; empty if that is no pipe. */
  public InputStream stderr() {
    return pipes == null ? InputStream.nullInputStream() : pipes.stderr();
  }
}
