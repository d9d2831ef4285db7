package io.nsrun.api;

import io.nsrun.engine.ContainerLog;
import io.nsrun.engine.LogLines;
import io.nsrun.engine.LogQuery;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What a container that lives on has written: which lines of it are wanted, and then these lines,
 * as {@link java.nio.file.Files#lines} has those of a file. {@link DetachedContainer#logs} has all.
 *
 * <p>Immutable: each method but the last two returns another value.
 *
 * {@snippet file="Snippets.java" region="logs"}
 */
public final class Logs {
  private final DetachedContainer container;
  private final LogQuery query;

  Logs(DetachedContainer container, LogQuery query) {
    this.container = container;
    this.query = query;
  }

  /**
   * Leaves out what was written earlier.
   *
   * @param time default: no such time
   * @return the lines since then
   */
  public Logs since(Instant time) {
    return new Logs(
        container,
        new LogQuery(Objects.requireNonNull(time), query.until(), query.tail(), query.follow()));
  }

  /**
   * Leaves out what was written later; {@link #follow} ends then, too.
   *
   * @param time default: no such time
   * @return the lines until then
   */
  public Logs until(Instant time) {
    return new Logs(
        container,
        new LogQuery(query.since(), Objects.requireNonNull(time), query.tail(), query.follow()));
  }

  /**
   * Leaves out all but the last ones of the lines that are there already.
   *
   * @param lines how many there are at most, 0 or more; default: all
   * @return the last lines
   * @throws IllegalArgumentException if it is negative
   */
  public Logs tail(int lines) {
    if (lines < 0) {
      throw new IllegalArgumentException("tail: " + lines + " is negative");
    }
    return new Logs(container, new LogQuery(query.since(), query.until(), lines, query.follow()));
  }

  /**
   * Opens those that are there now. Reading them blocks for the disk, and throws an {@link
   * UncheckedIOException} if that fails.
   *
   * @return to be closed; for one thread
   * @throws ContainerException if there is no such container any more, or it keeps no log
   */
  public Stream<LogLine> lines() throws ContainerException {
    return open(query);
  }

  /**
   * Opens those that are there now, and those that are still to come, until the container's end.
   * Reading them blocks as long as there is no new one, and throws an {@link UncheckedIOException}
   * if that fails, or the thread is interrupted, which its interrupt status tells then.
   *
   * @return to be closed, which another thread may do: it ends the lines; else for one thread
   * @throws ContainerException if there is no such container any more, or it keeps no log
   */
  public Stream<LogLine> follow() throws ContainerException {
    return open(new LogQuery(query.since(), query.until(), query.tail(), true));
  }

  private Stream<LogLine> open(LogQuery wanted) throws ContainerException {
    LogLines lines = container.ask(all -> all.log(container.look(all), wanted));
    return StreamSupport.stream(new Lines(lines), false).onClose(() -> close(lines));
  }

  private static void close(LogLines lines) {
    try {
      lines.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As they come. */
  private static final class Lines extends Spliterators.AbstractSpliterator<LogLine> {
    private final LogLines lines;

    Lines(LogLines lines) {
      super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
      this.lines = lines;
    }

    @Override
    public boolean tryAdvance(Consumer<? super LogLine> action) {
      try {
        ContainerLog.Line line = lines.next();
        while (line == null && lines.awaitMore()) {
          line = lines.next();
        }
        if (line != null) {
          action.accept(new LogLine(line));
        }
        return line != null;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        InterruptedIOException interrupted = new InterruptedIOException("interrupted");
        interrupted.initCause(e);
        throw new UncheckedIOException(interrupted);
      }
    }
  }
}
