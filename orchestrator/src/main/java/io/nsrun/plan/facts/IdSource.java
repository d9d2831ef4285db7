package io.nsrun.plan.facts;

import io.nsrun.plan.steps.HostStep;
import java.io.IOException;

/** Leases ids that are one container's alone; asked only if a container is to have some. */
public interface IdSource {
  /**
   * Leases a range.
   *
   * @throws IOException if there are none left, with a message for the caller
   */
  Lease lease() throws IOException;

  /**
   * Ids of one container, until its last process is gone.
   *
   * @param firstId first of {@link HostFacts#LEASED_COUNT}
   * @param lock what nsinit locks for as long as a process of the container may have one of them
   */
  record Lease(long firstId, HostStep.Lock lock) {}
}
