package io.nsrun.container;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A {@link WarmJvm} for each caller, and each place where he keeps what is nsrun's, which stays as
 * long as the JVM of the tests.
 */
final class WarmJvms {
  /**
   * One of them.
   *
   * @param home NSRUN_HOME; null for none
   */
  private record Key(Caller caller, Path home) {}

  private static final Map<Key, WarmJvms> ALL = new ConcurrentHashMap<>();

  private final Key key;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile WarmJvm jvm;

  private WarmJvms(Key key) {
    this.key = key;
  }

  /**
   * {@code nsrun args...}, blocking; null if another thread has the JVM.
   *
   * @param home NSRUN_HOME; null for none
   */
  static Result tryRun(Caller caller, Path home, String... args) {
    WarmJvms mine = ALL.computeIfAbsent(new Key(caller, home), WarmJvms::new);
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
      jvm = WarmJvm.start(key.caller(), key.home());
      if (first) {
        Users.beforeRemoval(key.caller(), this::end);
      }
    }
    return jvm;
  }

  private void end() {
    jvm.close();
  }
}
