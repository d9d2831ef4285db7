package io.nsrun.engine;

import io.nsrun.control.Errno;
import io.nsrun.control.Event;
import io.nsrun.control.Frames;
import io.nsrun.launch.Progress;
import io.nsrun.spec.ExplainedException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** How this process' streams are attached to a container that lives on, and what came of it. */
public final class Attachment implements Progress.Listener {
  /** Most bytes that {@link #keys} can be. */
  public static final int MOST_KEYS = 16;

  private final boolean input;
  private final boolean ends;
  private final boolean signals;
  private final byte[] keys;
  private final Runnable begun;
  private final Consumer<String> warnings;
  private final AtomicLong missed = new AtomicLong();
  private boolean unread;

  /**
   * What is wanted.
   *
   * @param input whether the container gets standard input, if it was started with one
   * @param ends whether the end of that is the end of the container's
   * @param signals whether it gets the signals that reach this process
   * @param keys what is typed to leave it, if it has a terminal; none for no such keys
   * @param begun called once nothing that the container writes is missed any more
   * @param warnings takes what people are to know
   */
  public Attachment(
      boolean input,
      boolean ends,
      boolean signals,
      byte[] keys,
      Runnable begun,
      Consumer<String> warnings) {
    if (keys.length > MOST_KEYS) {
      throw new IllegalArgumentException(keys.length + " keys are more than " + MOST_KEYS);
    }
    this.input = input;
    this.ends = ends;
    this.signals = signals;
    this.keys = keys.clone();
    this.begun = begun;
    this.warnings = warnings;
  }

  byte[] frame(String directory) {
    return Frames.attach(directory, input, ends, signals, keys);
  }

  @Override
  public void log(Event.Log message) {
    if (message.level() == Event.Level.WARN) {
      warnings.accept(message.message());
    }
  }

  @Override
  public void started(long init, long command) {
    begun.run();
  }

  @Override
  public void missed(long bytes) {
    missed.addAndGet(bytes);
  }

  void left(Event.Leaving why) {
    unread = why == Event.Leaving.UNREAD;
  }

  /** It ended before it was attached to, or can't be reached. */
  static ExplainedException failed(DetachedContainer container, Event.Failed failure) {
    Errno errno = failure.errno();
    return errno == Errno.ENOENT || errno == Errno.ECONNREFUSED
        ? ContainerStateException.hasEnded(container.name())
        : new ExplainedException(
            "can't attach to container " + container.name() + ": " + failure.text(), "");
  }

  /** Bytes of output that were not read in time, and left out. */
  public long missedBytes() {
    return missed.get();
  }

  /** Whether it was left since nobody reads standard output any more. */
  public boolean isUnread() {
    return unread;
  }
}
