package io.nsrun.plan.facts;

import io.nsrun.plan.steps.HostStep;
import java.io.IOException;

/** Gives ids that are one container's alone; asked only if a container is to have some. */
public interface PrivateIds {
  /**
   * Takes a range.
   *
   * @throws IOException if there are none left, with a message for the caller
   */
  Range take() throws IOException;

  /**
   * Ids of one container.
   *
   * @param firstId first of {@link HostFacts#PRIVATE_COUNT}
   * @param lock what nsinit locks for as long as a process of the container may have one of them
   */
  record Range(long firstId, HostStep.Lock lock) {}
}
