package io.nsrun.launch;

import io.nsrun.control.ControlChannel;
import io.nsrun.control.Frames;
import io.nsrun.control.PipeConnection;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.IoMessages;
import io.nsrun.state.StatePaths;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import org.apache.commons.exec.CommandLine;

/**
 * One nsinit process: started, connected to, waited for.
 *
 * <p>It is started by a thread of its own, so that its way through fork and exec passes while this
 * side still makes its plan.
 */
public final class Nsinit implements NsinitProcess {
  /** Java adds the signal's number to it. */
  private static final int SIGNALED = 128;

  private final StatePaths paths;
  private final InheritingExecutor.Pipes pipes;
  private final boolean leavable;
  private final Spawner spawner = new Spawner();
  private final PhaseTimes times = new PhaseTimes(System.nanoTime());

  // Guarded by this.
  private InheritingExecutor executor;
  private Path binary;
  private IOException failure;
  private ControlChannel channel;
  private boolean ended;
  private int exitValue;
  private boolean closed;
  private boolean abandoned;
  private boolean left;
  private boolean mayProceed;

  private Nsinit(StatePaths paths, InheritingExecutor.Pipes pipes, boolean leavable) {
    this.paths = paths;
    this.pipes = pipes;
    this.leavable = leavable;
  }

  /**
   * Starts an nsinit with this JVM's standard streams. Returns at once; what goes wrong is told by
   * {@link #connect}.
   */
  public static Nsinit start(StatePaths paths) {
    Nsinit nsinit = prepare(paths);
    nsinit.proceed();
    return nsinit;
  }

  /**
   * As {@link #start}, but nothing that would be left behind is made before {@link #proceed}: until
   * then a signal may end this JVM.
   */
  public static Nsinit prepare(StatePaths paths) {
    return prepare(paths, InheritingExecutor.Pipes.NONE, false);
  }

  /** As {@link #start}, of one that no thread waits for any more after {@link #leave}. */
  public static Nsinit startToLeave(StatePaths paths) {
    Nsinit nsinit = prepare(paths, InheritingExecutor.Pipes.NONE, true);
    nsinit.proceed();
    return nsinit;
  }

  /** As {@link #start}, with pipes to talk to it, see {@link #input} and {@link #output}. */
  public static Nsinit startPiped(StatePaths paths) {
    return startPiped(paths, InheritingExecutor.Pipes.INPUT_AND_OUTPUT);
  }

  /** As {@link #startPiped(StatePaths)}, with one for {@link #error}, too. */
  public static Nsinit startAllPiped(StatePaths paths) {
    return startPiped(paths, InheritingExecutor.Pipes.ALL);
  }

  private static Nsinit startPiped(StatePaths paths, InheritingExecutor.Pipes pipes) {
    Nsinit nsinit = prepare(paths, pipes, false);
    nsinit.proceed();
    return nsinit;
  }

  private static Nsinit prepare(
      StatePaths paths, InheritingExecutor.Pipes pipes, boolean leavable) {
    Nsinit nsinit = new Nsinit(paths, pipes, leavable);
    nsinit.spawner.setDaemon(true);
    nsinit.spawner.start();
    nsinit.provideExecutor();
    return nsinit;
  }

  /** Loads what runs programs, in the caller's thread: the spawner is busy with its files. */
  private void provideExecutor() {
    InheritingExecutor made = new InheritingExecutor(times, pipes, leavable);
    synchronized (this) {
      executor = made;
      notifyAll();
    }
  }

  @Override
  public synchronized void proceed() {
    mayProceed = true;
    notifyAll();
  }

  private synchronized void awaitProceed() throws IOException, InterruptedException {
    while (!mayProceed && !closed) {
      wait();
    }
    if (closed) {
      throw new IOException("closed before it was started");
    }
  }

  private synchronized InheritingExecutor executor() throws InterruptedException {
    while (executor == null) {
      wait();
    }
    return executor;
  }

  @Override
  public ControlChannel connect() throws IOException, InterruptedException {
    return connect(false);
  }

  /** As {@link #connect()}, for many threads, none of which closes the channel by an interrupt. */
  ControlChannel connectShared() throws IOException, InterruptedException {
    return connect(true);
  }

  private ControlChannel connect(boolean shared) throws IOException, InterruptedException {
    Process process = awaitLaunch();
    ControlChannel opened;
    try {
      opened = shared ? PipeConnection.openShared(process) : PipeConnection.open(process);
    } catch (IOException e) {
      throw new ExplainedException(
          "can't reach nsinit through /proc: " + IoMessages.reason(e),
          "a /proc of this JVM's own pid namespace is needed: mount -t proc proc /proc",
          e);
    }
    if (opened == null) {
      throw ended();
    }
    synchronized (this) {
      channel = opened;
    }
    try {
      // Until it has heard something, nsinit waits, whoever opened its pipes and closed them again.
      opened.send(Frames.hello());
    } catch (IOException e) {
      throw ended();
    }
    return opened;
  }

  private Process awaitLaunch() throws IOException, InterruptedException {
    try {
      return executor().awaitLaunch();
    } catch (IOException e) {
      throw ended();
    }
  }

  /** What {@link #startPiped} has nsinit read as its standard input. */
  public OutputStream input() throws IOException, InterruptedException {
    return awaitLaunch().getOutputStream();
  }

  /** What nsinit writes to its standard output, after {@link #startPiped}. */
  public InputStream output() throws IOException, InterruptedException {
    return awaitLaunch().getInputStream();
  }

  /** What nsinit writes to its standard error, after {@link #startAllPiped}. */
  public InputStream error() throws IOException, InterruptedException {
    return awaitLaunch().getErrorStream();
  }

  @Override
  public PhaseTimes times() {
    return times;
  }

  @Override
  public synchronized Path binary() {
    return binary;
  }

  @Override
  public synchronized int awaitExit() throws InterruptedException {
    while (!ended || abandoned) {
      wait();
    }
    return exitValue;
  }

  @Override
  public void close() {
    ControlChannel open;
    boolean running;
    synchronized (this) {
      if (left) {
        return;
      }
      closed = true;
      notifyAll();
      open = channel;
      running = !ended;
    }
    if (open == null && running) {
      kill();
    } else if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        kill();
      }
    }
    try {
      awaitExit();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void closeForcibly() {
    synchronized (this) {
      if (left) {
        return;
      }
      closed = true;
      notifyAll();
    }
    kill();
    close();
  }

  @Override
  public void leave() throws IOException {
    ControlChannel open;
    synchronized (this) {
      left = true;
      open = channel;
    }
    if (open != null) {
      open.close();
    }
    if (leavable) {
      spawner.interrupt();
    }
  }

  @Override
  public void abandon() {
    synchronized (this) {
      if (left) {
        return;
      }
      closed = true;
      abandoned = true;
      notifyAll();
    }
    kill();
  }

  private void kill() {
    try {
      executor().awaitLaunch().destroyForcibly();
    } catch (IOException e) {
      // It never ran.
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Why there is no nsinit to talk to. Blocks until there is none. */
  private ExplainedException ended() throws InterruptedException {
    int value = awaitExit();
    IOException why;
    synchronized (this) {
      why = failure;
    }
    if (why instanceof ExplainedException explained) {
      return explained;
    }
    if (why != null) {
      return new ExplainedException("can't start nsinit: " + IoMessages.reason(why), "", why);
    }
    String what = "nsinit " + describe(value) + " before it could be told anything";
    String remedy = "its own message, if it had one, is above";
    return value > SIGNALED
        ? new NsinitGoneException(what, remedy, why)
        : new ExplainedException(what, remedy);
  }

  /** What an exit value of a child of Java means. */
  static String describe(int value) {
    return value > SIGNALED
        ? "was killed by signal " + (value - SIGNALED)
        : "ended with code " + value;
  }

  /** Called when nsinit could not be started, or has ended. */
  private synchronized void finished(IOException cause, int value) {
    failure = cause;
    exitValue = value;
    ended = true;
    notifyAll();
  }

  private final class Spawner extends Thread {
    Spawner() {
      super("nsinit");
    }

    @Override
    public void run() {
      try {
        finished(null, spawn());
      } catch (IOException e) {
        gaveUp(e);
      } catch (InterruptedException e) {
        gaveUp(new IOException("interrupted", e));
      } catch (RuntimeException | Error e) {
        // Whoever waits for this thread has to hear of it, whatever it is.
        gaveUp(new IOException("internal error: " + e, e));
      }
    }

    private void gaveUp(IOException why) {
      try {
        executor().giveUp(why);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      finished(why, -1);
    }

    private int spawn() throws IOException, InterruptedException {
      awaitProceed();
      Path program = NsinitProgram.open(NsinitBinary.ofJar(), paths);
      times.end("place nsinit");
      synchronized (Nsinit.this) {
        binary = program;
      }
      CommandLine command = new CommandLine(program.toFile());
      command.addArgument(PipeConnection.argument(), false);
      times.end("command");
      int value = executor().run(command);
      times.end("nsinit");
      return value;
    }
  }
}
