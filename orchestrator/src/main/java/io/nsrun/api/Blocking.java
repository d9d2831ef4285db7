package io.nsrun.api;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Has platform threads wait for pipes. A read or write of a pipe blocks the thread of the kernel
 * that does it, and for a virtual thread that is one of the few that all of them share.
 */
final class Blocking {
  private static final long IDLE_SECONDS = 10;

  /** Enough for a read; it is memory that is reserved, and not used. */
  private static final int STACK_BYTES = 256 << 10;

  private static final MethodHandle IS_VIRTUAL = isVirtualMethod();

  private static final AtomicLong NUMBER = new AtomicLong();

  /** For what may block: as many as there is work at once. */
  static final ExecutorService THREADS =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          work -> thread(work, "container stream ", STACK_BYTES));

  /** For what reads files and talks to monitors, which takes more of a stack. */
  private static final ExecutorService ASKING =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          work -> thread(work, "container question ", 0));

  private Blocking() {}

  /** What may block, and fail. */
  interface Call<T> {
    T call() throws IOException;
  }

  /** As {@link Call}, without a result. */
  interface Action {
    void run() throws IOException;
  }

  /** Null on JDK 17, which has no virtual threads. */
  private static MethodHandle isVirtualMethod() {
    try {
      return MethodHandles.publicLookup()
          .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
    } catch (NoSuchMethodException | IllegalAccessException e) {
      return null;
    }
  }

  private static Thread thread(Runnable work, String name, int stackBytes) {
    Thread thread = new Thread(null, work, name + NUMBER.incrementAndGet(), stackBytes, false);
    thread.setDaemon(true);
    return thread;
  }

  /** Whether this thread is a virtual one. */
  static boolean isVirtual() {
    if (IS_VIRTUAL == null) {
      return false;
    }
    try {
      return (boolean) IS_VIRTUAL.invokeExact(Thread.currentThread());
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** Starts a work that may block, in a platform thread. */
  static CompletableFuture<Void> start(Action action) {
    return submit(
        () -> {
          action.run();
          return null;
        },
        THREADS);
  }

  /** Starts what reads files, or waits for a container, in a platform thread that nobody knows. */
  static <T> CompletableFuture<T> ask(Call<T> call) {
    return submit(call, ASKING);
  }

  private static <T> CompletableFuture<T> submit(Call<T> call, ExecutorService threads) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Runnable work =
        () -> {
          try {
            result.complete(call.call());
          } catch (IOException | RuntimeException | Error e) {
            result.completeExceptionally(e);
          }
        };
    try {
      threads.execute(work);
    } catch (OutOfMemoryError e) {
      result.completeExceptionally(
          new IOException("there is no thread to wait in: " + e.getMessage(), e));
    }
    return result;
  }

  /**
   * Has a platform thread do it, and waits for that; as with a read of a pipe by a platform thread,
   * an interrupt ends nothing, and is there afterwards.
   */
  static <T> T call(Call<T> call) throws IOException {
    try {
      return submit(call, THREADS).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      if (e.getCause() instanceof RuntimeException unchecked) {
        throw unchecked;
      }
      throw e;
    }
  }
}
