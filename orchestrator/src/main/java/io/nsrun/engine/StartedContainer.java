package io.nsrun.engine;

import io.nsrun.spec.Signal;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/** A container whose command was started. May be used by any thread. */
public interface StartedContainer {
  /** What it was prepared as. */
  Prepared prepared();

  /** Pid of the command as this process sees it; after its end another process may have it. */
  long pid();

  /** When the command was started. */
  Instant started();

  /** What the command reads; where that is no pipe, what is written is dropped. */
  OutputStream input();

  /** What the command writes to its standard output; empty where that is no pipe. */
  InputStream output();

  /** What the command writes to its standard error; empty where that is no pipe. */
  InputStream error();

  /**
   * Sends the command a signal; SIGKILL is for the whole container. Does nothing once it has ended.
   */
  void signal(Signal signal);

  /**
   * Blocks until it has ended, and no process is left that was there for it alone, also none of
   * nsinit's; an interrupt waits until then.
   */
  void awaitGone();

  /**
   * Has something done once nobody writes to its streams any more: by a thread that others may be
   * waiting for, or by this one.
   */
  void whenGone(Runnable action);

  /**
   * How it ended, once no process of it is left; never completed exceptionally, nor to be completed
   * by others. What depends on it is run by a thread that others may be waiting for.
   */
  CompletableFuture<End> end();
}
