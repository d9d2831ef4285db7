package io.nsrun.doctor;

import java.util.Optional;

/** Starts the doctor's trials. */
public interface TrialRunner {
  /**
   * Runs {@code true} in a container of the embedded root filesystem, and blocks until it has
   * ended. Whatever goes wrong is an answer, not an exception.
   *
   * @return absent if it ended with code 0
   * @throws InterruptedException if the thread was interrupted while it waited
   */
  Optional<Trial.Trouble> run(Trial trial) throws InterruptedException;
}
