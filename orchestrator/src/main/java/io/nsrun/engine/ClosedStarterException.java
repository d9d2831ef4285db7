package io.nsrun.engine;

import java.io.IOException;

/** A {@link ContainerStarter} that was closed, before a container was started or meanwhile. */
public final class ClosedStarterException extends IOException {
  private static final long serialVersionUID = 1L;

  ClosedStarterException() {
    super("closed");
  }
}
