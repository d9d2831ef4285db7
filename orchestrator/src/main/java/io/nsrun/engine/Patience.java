package io.nsrun.engine;

/**
 * How long a container that has ended, or was told to, is waited for: no longer than two seconds,
 * after which its last process is gone unless the kernel hangs.
 */
final class Patience {
  private static final int LOOKS = 200;
  private static final long PAUSE_MILLIS = 10;

  private int looks;

  /**
   * Blocks until it is time for another look.
   *
   * @return false if there were enough
   */
  boolean pause() throws InterruptedException {
    looks++;
    if (looks > LOOKS) {
      return false;
    }
    Thread.sleep(PAUSE_MILLIS);
    return true;
  }
}
