package io.nsrun.engine;

import io.nsrun.launch.Nsinit;
import java.io.Closeable;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/**
 * Streams of a program that goes on, attached to a container that lives on: pipes to an nsinit,
 * which stands between them and the container. May be used by any thread.
 */
public final class AttachedStreams implements Closeable {
  private final DetachedContainers all;
  private final DetachedContainer container;
  private final Nsinit nsinit;
  private final Launcher launcher;
  private final Attachment attachment;
  private final OutputStream input;
  private final InputStream output;
  private final InputStream error;
  private final CompletableFuture<Void> begun = new CompletableFuture<>();
  private final CompletableFuture<End> end = new CompletableFuture<>();
  private volatile boolean closed;

  private AttachedStreams(
      DetachedContainers all,
      DetachedContainer container,
      Nsinit nsinit,
      Caller caller,
      Consumer<String> warnings)
      throws IOException, InterruptedException {
    this.all = all;
    this.container = container;
    this.nsinit = nsinit;
    this.launcher = Launcher.of(caller, nsinit);
    this.attachment =
        new Attachment(true, false, false, new byte[0], () -> begun.complete(null), warnings);
    this.input = new Input(nsinit.input());
    this.output = nsinit.output();
    this.error = nsinit.error();
  }

  /**
   * Attaches. Blocks until nothing that the container writes is missed any more.
   *
   * @param all those of the caller
   * @param container one of them
   * @param warnings takes what is odd about it, a sentence each; called by any thread
   * @throws ContainerStateException if it does not run
   */
  public static AttachedStreams open(
      Caller caller, DetachedContainers all, DetachedContainer container, Consumer<String> warnings)
      throws IOException, InterruptedException {
    Nsinit nsinit = Nsinit.startAllPiped(caller.paths());
    boolean done = false;
    try {
      AttachedStreams streams = new AttachedStreams(all, container, nsinit, caller, warnings);
      streams.listen();
      streams.begun.get();
      done = true;
      return streams;
    } catch (ExecutionException e) {
      throw Failures.of(e);
    } finally {
      if (!done) {
        nsinit.close();
      }
    }
  }

  private void listen() throws IOException {
    Thread thread = new Thread(this::listenAndTell, "nsrun attachment");
    thread.setDaemon(true);
    try {
      thread.start();
    } catch (OutOfMemoryError e) {
      throw new IOException("there is no thread for it: " + e.getMessage(), e);
    }
  }

  private void listenAndTell() {
    try {
      End how = all.attach(container, launcher, attachment);
      begun.complete(null);
      end.complete(how);
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      begun.completeExceptionally(e);
      if (closed) {
        end.complete(null); // it was left
      } else {
        end.completeExceptionally(e);
      }
    }
  }

  /** The container, as it was when it was attached to. */
  public DetachedContainer container() {
    return container;
  }

  /**
   * What the container reads, if it was started with an input: each write is passed on at once. The
   * end of this program is not the end of its input, but that of this stream is, before {@link
   * #close}.
   */
  public OutputStream input() {
    return input;
  }

  /** What it writes to its standard output, or its terminal. */
  public InputStream output() {
    return output;
  }

  /** What it writes to its standard error. */
  public InputStream error() {
    return error;
  }

  /** Bytes of output that were not read in time, and left out; known at the end. */
  public long missedBytes() {
    return attachment.missedBytes();
  }

  /**
   * How the container ended; null once it was left, and goes on. Not to be completed by others.
   * What depends on it is run by a thread of this class.
   */
  public CompletableFuture<End> end() {
    return end;
  }

  /**
   * Leaves the container, which goes on; what was written before still reaches it, as far as it has
   * room. Blocks until its nsinit has ended. The streams stay open.
   */
  @Override
  public void close() {
    closed = true;
    nsinit.close();
  }

  private final class Input extends FilterOutputStream {
    Input(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      out.flush();
    }

    @Override
    public void close() throws IOException {
      try {
        if (!closed && !end.isDone()) {
          all.endInput(container);
        }
      } finally {
        out.close();
      }
    }
  }
}
