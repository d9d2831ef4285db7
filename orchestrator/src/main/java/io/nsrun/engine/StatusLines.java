package io.nsrun.engine;

import io.nsrun.spec.Decimal;
import io.nsrun.spec.Dialect;
import io.nsrun.spec.ExplainedException;
import io.nsrun.state.ExitRecord;
import io.nsrun.state.StatusEvent;
import java.io.IOException;

/**
 * Tells a descriptor of the caller's when the command runs and how it has ended, each in a line of
 * JSON. A container is not ended, nor waits for long, since nobody reads them.
 */
public final class StatusLines {
  /** Who reads at all has read by then; a pipe that is full has nobody. */
  private static final long PATIENCE_MILLIS = 1000;

  private static final int LARGEST = 1 << 30;

  private final CallersFile file;
  private final Dialect dialect;
  private String id = "";
  private String name = "";
  private boolean ended;
  private volatile boolean lost;

  private StatusLines(CallersFile file, Dialect dialect) {
    this.file = file;
    this.dialect = dialect;
  }

  /** Those that go nowhere. */
  public static StatusLines none() {
    return new StatusLines(null, null);
  }

  /**
   * Opens what is to be written to. It is not closed: others have it too.
   *
   * @param option what the caller calls it, as in {@code --status-fd}
   * @param number the descriptor, as given; null for none
   * @param dialect of the door that was used
   * @throws ExplainedException if it can't be written to
   */
  public static StatusLines open(Caller caller, String option, String number, Dialect dialect)
      throws ExplainedException {
    if (number == null) {
      return none();
    }
    if (Decimal.parse(number, LARGEST) <= 0) {
      throw new ExplainedException(
          option + ": \"" + number + "\" is no descriptor to write to",
          "a number is expected, such as 3, of one that you open: 3>FILE");
    }
    return new StatusLines(CallersFile.open(caller, option, "/dev/fd/" + number), dialect);
  }

  /** Whether a number, or null, is that of standard output. */
  public static boolean areStandardOutput(String number) {
    return number != null && Decimal.parse(number, LARGEST) == 1;
  }

  /** What it is that is told of. */
  public void of(String container, String called) {
    id = container;
    name = called;
    ended = false;
  }

  /** The command runs. Blocks for a second at most. */
  public void started(Running running) {
    if (file != null) {
      write(
          new StatusEvent.Started(
              id,
              name,
              running.startedMillis(),
              new ExitRecord.Pids(running.pid(), running.initPid())));
    }
  }

  /** It has ended, or came to nothing. Blocks for a second at most. */
  public void ended(End end) {
    if (file != null) {
      ended(ResultRecord.end(end, dialect));
    }
  }

  /** It did not come to be, unless its end was told. Blocks for a second at most. */
  public void failed(Throwable why) {
    if (file != null && !ended) {
      ended(ResultRecord.end(why, dialect));
    }
  }

  private void ended(ExitRecord.End end) {
    ended = true;
    write(new StatusEvent.Ended(id, name, System.currentTimeMillis(), end));
  }

  /** After one that was not taken none is written, so that what is read is whole. */
  private void write(StatusEvent event) {
    if (lost) {
      return;
    }
    Thread writer = new Thread(() -> writeAll(event), "nsrun status");
    writer.setDaemon(true);
    writer.start();
    try {
      writer.join(PATIENCE_MILLIS);
      lost |= writer.isAlive();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void writeAll(StatusEvent event) {
    try {
      file.write(event.line());
    } catch (IOException e) {
      lost = true; // whoever read them has had enough
    }
  }
}
