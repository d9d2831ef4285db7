package io.nsrun.api;

import io.nsrun.engine.RunLog;

/** Calls the application's listener; what that throws keeps nobody from going on. */
final class Listeners {
  /** One that does nothing. */
  static final ContainerListener SILENT = new ContainerListener() {};

  private final ContainerListener listener;

  Listeners(ContainerListener listener) {
    this.listener = listener;
  }

  void started(Container container) {
    call(() -> listener.started(container));
  }

  void ended(Container container, ContainerEnd end) {
    if (listener != SILENT) {
      // What it throws is logged.
      @SuppressWarnings("unused")
      var told = Blocking.start(() -> call(() -> listener.ended(container, end)));
    }
  }

  void warning(String container, String message) {
    call(() -> listener.warning(container, message));
  }

  private static void call(Runnable event) {
    try {
      event.run();
    } catch (RuntimeException e) {
      RunLog.warn("a listener for containers failed: " + e);
    }
  }
}
