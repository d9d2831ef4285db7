package io.nsrun.plan;

import java.io.IOException;

/** Gives ids that are one container's alone; asked only if a container is to have some. */
public interface PrivateIds {
  /**
   * First of {@link HostFacts#PRIVATE_COUNT} ids.
   *
   * @throws IOException if there are none left, with a message for the caller
   */
  long firstId() throws IOException;
}
