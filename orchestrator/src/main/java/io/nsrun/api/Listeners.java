package io.nsrun.api;

import io.nsrun.engine.RunLog;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Calls the application's listener; what that throws keeps nobody from going on. */
final class Listeners {
  /** One that does nothing. */
  static final ContainerListener SILENT = new ContainerListener() {};

  private final ContainerListener listener;

  /** Of what was started, and is complete once the end was told. */
  private final Map<Container, CompletableFuture<Void>> untold = new ConcurrentHashMap<>();

  private final ThreadLocal<Boolean> calling = new ThreadLocal<>();

  Listeners(ContainerListener listener) {
    this.listener = listener;
  }

  void started(Container container) {
    if (listener != SILENT) {
      untold.put(container, new CompletableFuture<>());
      call(() -> listener.started(container));
    }
  }

  void ended(Container container, ContainerEnd end) {
    if (listener != SILENT) {
      // What it throws is logged.
      @SuppressWarnings("unused")
      var told = Blocking.start(() -> tell(container, end));
    }
  }

  private void tell(Container container, ContainerEnd end) {
    try {
      call(() -> listener.ended(container, end));
    } finally {
      untold.remove(container).complete(null);
    }
  }

  void warning(String container, String message) {
    call(() -> listener.warning(container, message));
  }

  /**
   * Blocks until the end was told of each container that has been started, all of which have ended;
   * an interrupt waits until then. Does nothing in a listener, which would wait for itself.
   */
  void awaitEnds() {
    if (calling.get() == null) {
      for (CompletableFuture<Void> told : untold.values()) {
        told.join();
      }
    }
  }

  private void call(Runnable event) {
    boolean outermost = calling.get() == null;
    calling.set(true);
    try {
      event.run();
    } catch (RuntimeException e) {
      RunLog.warn("a listener for containers failed: " + e);
    } finally {
      if (outermost) {
        calling.remove();
      }
    }
  }
}
