package io.nsrun.engine;

import io.nsrun.control.ControlChannel;
import io.nsrun.control.MonitorConnection;
import io.nsrun.state.ContainerDirectory;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * The lines of a container's log that somebody wants, from the oldest to the youngest. For one
 * thread; another one may close it, which ends its waiting.
 */
public final class LogLines implements Closeable {
  private final Path directory;
  private final ContainerLog log;
  private final LogQuery query;
  private final String since;
  private final String until;

  /** Of those that are there at first, the last ones; null if all are wanted, or they are told. */
  private Deque<ContainerLog.Line> last;

  private Deque<ContainerLog.Line> ready = new ArrayDeque<>(0);
  private boolean ended;

  // Guarded by this.
  private WatchService changes;
  private ControlChannel monitor;
  private boolean closed;

  LogLines(Path directory, int files, LogQuery query) throws IOException {
    this.directory = directory;
    this.log = new ContainerLog(directory, files);
    this.query = query;
    this.since = query.since() == null ? null : stamp(query.since());
    this.until = query.until() == null ? null : stamp(query.until());
    this.last = query.tail() == Long.MAX_VALUE ? null : new ArrayDeque<>();
    if (!query.follow()) {
      log.endHere();
    }
  }

  /** In the form that the log has, where the order of texts is that of times. */
  private static String stamp(Instant instant) {
    String seconds = Instant.ofEpochSecond(instant.getEpochSecond()).toString();
    return String.format(
        Locale.ROOT, "%s.%09dZ", seconds.substring(0, seconds.length() - 1), instant.getNano());
  }

  /** The next one of those that are there now; null if there is none. Blocks for the disk. */
  public synchronized ContainerLog.Line next() throws IOException {
    if (closed) {
      return null;
    }
    if (last != null) {
      readToTheLast();
    }
    ContainerLog.Line line = ready.poll();
    return line == null ? read() : line;
  }

  private void readToTheLast() throws IOException {
    for (ContainerLog.Line line = read(); line != null; line = read()) {
      last.add(line);
      if (last.size() > query.tail()) {
        last.remove();
      }
    }
    ready = last;
    last = null;
  }

  private ContainerLog.Line read() throws IOException {
    ContainerLog.Line line = log.next();
    while (line != null
        && ((since != null && line.time().compareTo(since) < 0)
            || (until != null && line.time().compareTo(until) > 0))) {
      line = log.next();
    }
    return line;
  }

  /**
   * Blocks until there may be more, where that is wanted.
   *
   * @return false once there can't be
   */
  public boolean awaitMore() throws IOException, InterruptedException {
    if (!query.follow() || ended || isOver()) {
      return false;
    }
    WatchService watching = watch();
    if (watching == null) {
      // What came before that was not watched.
      return true;
    }
    try {
      WatchKey change = query.until() == null ? watching.take() : watching.poll(left(), MILLIS);
      if (change != null) {
        change.pollEvents();
        change.reset();
      }
    } catch (ClosedWatchServiceException e) {
      ended = true; // there is what came last
    }
    return true;
  }

  private static final TimeUnit MILLIS = TimeUnit.MILLISECONDS;

  /** Whether all that is still to come is too late. */
  private boolean isOver() {
    return query.until() != null && query.until().isBefore(Instant.now());
  }

  private long left() {
    return Math.max(0, Duration.between(Instant.now(), query.until()).toMillis() + 1);
  }

  /** What tells changes; null the first time. */
  private synchronized WatchService watch() throws IOException {
    if (changes != null) {
      return changes;
    }
    if (closed) {
      ended = true;
      return null;
    }
    changes = directory.getFileSystem().newWatchService();
    try {
      directory.register(
          changes, StandardWatchEventKinds.ENTRY_MODIFY, StandardWatchEventKinds.ENTRY_CREATE);
      Thread thread = new Thread(this::watchMonitor, "nsrun log");
      thread.setDaemon(true);
      thread.start();
    } catch (NoSuchFileException e) {
      ended = true; // and is removed already
    }
    return null;
  }

  /** Its end, by whatever it comes, ends the waiting. */
  private void watchMonitor() {
    try (ControlChannel opened = MonitorConnection.open(ContainerDirectory.socket(directory))) {
      synchronized (this) {
        if (closed) {
          return;
        }
        monitor = opened;
      }
      while (opened != null) {
        opened.receive();
      }
    } catch (IOException e) {
      // It is gone.
      return;
    } finally {
      endWaiting();
    }
  }

  private synchronized void endWaiting() {
    if (changes != null) {
      try {
        changes.close();
      } catch (IOException e) {
        // Nobody waits for it any more.
        return;
      }
    }
  }

  /** Reads no more, and ends whoever waits. */
  @Override
  public synchronized void close() throws IOException {
    closed = true;
    endWaiting();
    if (monitor != null) {
      monitor.close();
    }
    log.close();
  }
}
