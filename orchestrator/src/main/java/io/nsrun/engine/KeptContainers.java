package io.nsrun.engine;

import io.nsrun.rootfs.TreeRemoval;
import io.nsrun.state.ContainerDirectories;
import io.nsrun.state.StatePaths;
import java.io.IOException;

/** Where the containers of a caller that live on are kept. */
final class KeptContainers {
  private KeptContainers() {}

  /** Their directories. */
  static ContainerDirectories of(Caller caller) throws IOException {
    StatePaths paths = caller.paths();
    return new ContainerDirectories(
        paths.stateDirectory(),
        paths.uid(),
        (directory, below) -> TreeRemoval.empty(paths, directory, below));
  }
}
