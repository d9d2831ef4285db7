package io.nsrun.control;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The connection of one-shot runs: two pipes that nsinit makes, and this JVM opens through /proc. A
 * child of Java gets no descriptor but its three streams, which are the container's; and of all
 * that could lead to nsinit, this takes the fewest classes of the JDK. A thread that is interrupted
 * while it waits closes what it waits for, as always with these channels.
 */
public final class PipeConnection implements ByteChannel {
  /** Numbers of nsinit's ends, the second one made last (nsinit-c/src/control.c). */
  private static final int TO_NSINIT = 10;

  private static final int FROM_NSINIT = 13;

  /**
   * Between two looks, which JDK 17 rounds up to a millisecond; it is some hundred microseconds
   * from the start of nsinit to its pipes.
   */
  private static final int LOOK_NANOS = 50_000;

  /** A long time even for a machine that swaps. */
  private static final long PATIENCE_NANOS = 30_000_000_000L;

  /** What {@link Process#waitFor} says of a process that SIGKILL ended. */
  private static final int KILLED = 128 + 9;

  private final FileChannel in;
  private final FileChannel out;

  /** Of pipes that are open. */
  PipeConnection(FileChannel in, FileChannel out) {
    this.in = in;
    this.out = out;
  }

  /**
   * The channel to an nsinit that was started with {@link #argument}. Blocks until it is there.
   *
   * @return null if nsinit has ended
   * @throws IOException if /proc does not show nsinit's descriptors; nsinit was killed then
   */
  public static ControlChannel open(Process nsinit) throws IOException, InterruptedException {
    return open(nsinit, false);
  }

  /** As {@link #open}, for many threads, none of which closes it by being interrupted. */
  public static ControlChannel openShared(Process nsinit) throws IOException, InterruptedException {
    return open(nsinit, true);
  }

  private static ControlChannel open(Process nsinit, boolean shared)
      throws IOException, InterruptedException {
    String directory = "/proc/" + nsinit.pid();
    File last = new File(directory + "/fd/" + FROM_NSINIT);
    long begin = System.nanoTime();
    while (!last.exists() && System.nanoTime() - begin < PATIENCE_NANOS) {
      if (!nsinit.isAlive()) {
        return null;
      }
      if (!new File(directory).exists()) {
        break;
      }
      Thread.sleep(0, LOOK_NANOS);
    }
    try {
      String from = directory + "/fd/" + FROM_NSINIT;
      String to = directory + "/fd/" + TO_NSINIT;
      ByteChannel connection = shared ? SharedConnection.connect(from, to) : connect(from, to);
      // Whoever has the number of one that has ended is not it.
      if (nsinit.isAlive()) {
        return new StreamChannel(connection, Peer.ofChild(nsinit.pid()));
      }
      connection.close();
    } catch (IOException e) {
      // The JVM hears of an end only after /proc did. Of no use any more, nsinit is to end either
      // way: how it does tells whether it was there.
      if (nsinit.destroyForcibly().waitFor() == KILLED) {
        throw e;
      }
    }
    return null;
  }

  private static ByteChannel connect(String from, String to) throws IOException {
    FileChannel in = FileChannel.open(Path.of(from), StandardOpenOption.READ);
    try {
      return new PipeConnection(in, FileChannel.open(Path.of(to), StandardOpenOption.WRITE));
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  /** What nsinit is started with: whose child it has to be. */
  public static String argument() {
    return Long.toString(ProcessHandle.current().pid());
  }

  @Override
  public int read(ByteBuffer buffer) throws IOException {
    return in.read(buffer);
  }

  @Override
  public int write(ByteBuffer buffer) throws IOException {
    return out.write(buffer);
  }

  @Override
  public boolean isOpen() {
    return in.isOpen();
  }

  @Override
  public void close() throws IOException {
    try {
      out.close();
    } finally {
      in.close();
    }
  }
}
