package io.nsrun.container;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** A {@link WarmJvm} for each caller, which stays as long as the JVM of the tests. */
final class WarmJvms {
  private static final Map<Caller, WarmJvms> ALL = new EnumMap<>(Caller.class);

  static {
    for (Caller caller : Caller.values()) {
      ALL.put(caller, new WarmJvms(caller));
    }
  }

  private final Caller caller;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile WarmJvm jvm;

  private WarmJvms(Caller caller) {
    this.caller = caller;
  }

  /** {@code nsrun args...}, blocking; null if another thread has the JVM. */
  static Result tryRun(Caller caller, String... args) {
    WarmJvms mine = ALL.get(caller);
    // Not twice in one thread either: the first start of a JVM makes what it needs with nsrun.
    if (mine.lock.isHeldByCurrentThread() || !mine.lock.tryLock()) {
      return null;
    }
    try {
      return mine.started().nsrun(args);
    } finally {
      mine.lock.unlock();
    }
  }

  /** Whether a process is one of these JVMs, and not something that its runs have left. */
  static boolean has(long pid) {
    for (WarmJvms each : ALL.values()) {
      WarmJvm jvm = each.jvm;
      if (jvm != null && jvm.proc().pid() == pid) {
        return true;
      }
    }
    return false;
  }

  private WarmJvm started() {
    if (jvm == null || !jvm.isAlive()) {
      boolean first = jvm == null;
      jvm = WarmJvm.start(caller);
      if (first) {
        Users.beforeRemoval(caller, this::end);
      }
    }
    return jvm;
  }

  private void end() {
    jvm.close();
  }
}
