package io.nsrun.api;

import io.nsrun.engine.AttachedStreams;
import io.nsrun.engine.End;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * The standard streams of a container that lives on, as {@link DetachedContainer#attach} gives
 * them: from then on, and beside its log and whoever else has attached. Safe for use by several
 * threads; virtual ones may block in it, also in its streams.
 *
 * <p>Nobody who reads slowly, or not at all, holds up the container: what was not read waits, up to
 * 32 MiB of each stream, and what does not fit is left out here ({@link #missedBytes}), not in the
 * log. It takes a small process for as long as it lasts.
 *
 * <p>{@link #close} leaves the container, which goes on; so do the end of this JVM, and a standard
 * output that was closed. The end of the container is the end of its streams, also of one that
 * starts again by itself.
 *
 * {@snippet file="Snippets.java" region="attach"}
 */
public final class Attachment implements AutoCloseable {
  private final AttachedStreams streams;
  private final OutputStream input;
  private final GuestInputStream output;
  private final GuestInputStream error;
  private final CompletableFuture<ContainerEnd> end;

  Attachment(AttachedStreams streams) {
    this.streams = streams;
    this.input = new GuestOutputStream(streams.input());
    this.output = new GuestInputStream(streams.output());
    this.error = new GuestInputStream(streams.error());
    this.end = streams.end().handleAsync(this::end, Blocking.THREADS);
  }

  private ContainerEnd end(End how, Throwable why) {
    try {
      if (why != null) {
        throw ContainerException.of(why);
      }
      if (how == null) {
        throw ContainerException.left();
      }
      return DetachedContainer.ended(streams.container(), how);
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }

  /**
   * What the container reads, buffered: dropped if it was not started with an input ({@link
   * DetachSettings#input}). For one with a terminal it is what is typed there.
   *
   * <p>Closing it is the end of the container's input; {@link #close} is not. Writing more than the
   * buffer holds, flushing and closing block while the container reads nothing, and throw an {@link
   * IOException} once it has ended; an interrupt ends neither.
   *
   * @return the same each time
   */
  public OutputStream getOutputStream() {
    return input;
  }

  /**
   * What the container writes to its standard output, or to its terminal.
   *
   * <p>Reading blocks until something is written, or it has ended, which is the end of the stream;
   * an interrupt does not end it. What was not read then still is there to be read, until {@link
   * #close}.
   *
   * @return the same each time
   */
  public InputStream getInputStream() {
    return output;
  }

  /**
   * What the container writes to its standard error; empty for one with a terminal. Blocks as
   * {@link #getInputStream} does.
   *
   * @return the same each time
   */
  public InputStream getErrorStream() {
    return error;
  }

  /**
   * Blocks until the container has ended, and all that it wrote was passed on: what does not fit
   * into the pipes has to be read meanwhile.
   *
   * @return how it ended
   * @throws ContainerException if it was left before, with the reason {@link
   *     ContainerException.Reason#CLOSED CLOSED}; or nobody can tell
   * @throws InterruptedException if the thread is interrupted; nothing happens to the container
   */
  public ContainerEnd awaitEnd() throws ContainerException, InterruptedException {
    try {
      return end.get();
    } catch (ExecutionException e) {
      throw ContainerException.of(e.getCause());
    }
  }

  /**
   * Completed as {@link #awaitEnd} returns, and exceptionally with a {@link ContainerException} as
   * that throws it. What is done with one of these futures does nothing to others.
   *
   * @return how it ended
   */
  public CompletableFuture<ContainerEnd> onExit() {
    return end.copy();
  }

  /**
   * How much was written that is left out here, since it was not read in time. Does not block.
   *
   * @return bytes of both streams; grows while the container runs
   */
  public long missedBytes() {
    return streams.missedBytes();
  }

  /**
   * Leaves the container, which goes on and whose input has not ended; what was written to {@link
   * #getOutputStream} still reaches it, as far as it has room for that. Closes the streams, and
   * what was not read is lost. Blocks for some milliseconds; does nothing the second time.
   */
  @Override
  public void close() {
    try {
      input.flush();
    } catch (IOException e) {
      // It has ended.
    }
    streams.close();
    Container.close(input);
    Container.close(output);
    Container.close(error);
  }
}
