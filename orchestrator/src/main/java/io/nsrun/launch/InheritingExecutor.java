package io.nsrun.launch;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Map;
import org.apache.commons.exec.CommandLine;
import org.apache.commons.exec.DefaultExecutor;
import org.apache.commons.exec.ExecuteStreamHandler;

/**
 * Runs a program with the standard streams that the caller gave this JVM, or with pipes of this JVM
 * in their place.
 *
 * <p>Commons Exec would put pipes and pumping threads between them: then the program has no
 * terminal, and every byte is copied twice.
 */
final class InheritingExecutor extends DefaultExecutor {
  /** Which of its streams are pipes. */
  enum Pipes {
    NONE,
    INPUT_AND_OUTPUT,
    ALL
  }

  private final PhaseTimes times;
  private final Pipes pipes;
  private final boolean leavable;
  private Process process;
  private IOException failure;

  @SuppressWarnings("deprecation") // its builder can only build the class itself
  InheritingExecutor(PhaseTimes times, Pipes pipes, boolean leavable) {
    this.times = times;
    this.pipes = pipes;
    this.leavable = leavable;
    setStreamHandler(new NoPumps());
    // Not passed on, but looked for: our own may have a name that this locale can't express.
    setWorkingDirectory(new File("/"));
    setExitValues(null); // any exit value is an answer
  }

  @Override
  protected Process launch(CommandLine command, Map<String, String> environment, File directory)
      throws IOException {
    return launch(command);
  }

  @Override
  protected Process launch(CommandLine command, Map<String, String> environment, Path directory)
      throws IOException {
    return launch(command);
  }

  private Process launch(CommandLine command) throws IOException {
    try {
      ProcessBuilder builder = CallersStreams.inherit(new ProcessBuilder(command.toStrings()));
      Process started;
      if (pipes == Pipes.ALL) {
        builder.redirectError(ProcessBuilder.Redirect.PIPE);
      }
      if (pipes != Pipes.NONE) {
        builder.redirectInput(ProcessBuilder.Redirect.PIPE);
        builder.redirectOutput(ProcessBuilder.Redirect.PIPE);
        started = SpareDescriptors.start(builder);
      } else {
        started = builder.start();
      }
      times.end("spawn");
      synchronized (this) {
        process = started;
        notifyAll();
      }
      return started;
    } catch (IOException e) {
      synchronized (this) {
        failure = e;
        notifyAll();
      }
      throw e;
    }
  }

  /**
   * Runs the program; blocks until it has ended.
   *
   * @return its exit code, or 128 + the signal that killed it
   */
  int run(CommandLine command) throws IOException, InterruptedException {
    // Commons Exec closes the pipes at once, with what nobody has read yet; and it ends the program
    // where the thread is interrupted that waits for it.
    return pipes != Pipes.NONE || leavable ? launch(command).waitFor() : execute(command);
  }

  /** Wakes up who waits for a launch that will not happen. */
  synchronized void giveUp(IOException why) {
    failure = why;
    notifyAll();
  }

  /**
   * Waits until the program runs.
   *
   * @throws IOException why it could not be started
   */
  synchronized Process awaitLaunch() throws IOException, InterruptedException {
    while (process == null && failure == null) {
      wait();
    }
    if (failure != null) {
      throw failure;
    }
    return process;
  }

  /** Nothing to pump: the streams are the program's own. */
  private static final class NoPumps implements ExecuteStreamHandler {
    @Override
    public void setProcessErrorStream(InputStream stream) {}

    @Override
    public void setProcessInputStream(OutputStream stream) {}

    @Override
    public void setProcessOutputStream(InputStream stream) {}

    @Override
    public void start() {}

    @Override
    public void stop() {}
  }
}
