package io.nsrun.container;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Waits for what /proc shows but no one announces. Looks again and again, and goes on as soon as it
 * is there; the limit only turns a hang into a failure.
 */
public final class Await {
  static final Duration LONG = Duration.ofSeconds(30);

  private Await() {}

  public static void until(String what, BooleanSupplier condition) {
    within(LONG, what, condition);
  }

  /**
   * @throws AssertionError if it isn't true {@code limit} from now
   */
  static void within(Duration limit, String what, BooleanSupplier condition) {
    long end = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("not within " + limit.toMillis() + " ms: " + what);
      }
      LockSupport.parkNanos(500_000);
    }
  }

  /**
   * Waits until the host is as it was, after nsrun was killed and could not wait itself.
   *
   * @throws AssertionError with what is left a second from now
   */
  static void unchanged(Host before) {
    long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
    while (System.nanoTime() - end < 0) {
      try {
        before.assertUnchanged();
        return;
      } catch (AssertionError e) {
        LockSupport.parkNanos(500_000);
      }
    }
    before.assertUnchanged();
  }
}
