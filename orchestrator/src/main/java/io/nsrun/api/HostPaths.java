package io.nsrun.api;

import io.nsrun.engine.Caller;
import io.nsrun.spec.OsPath;
import java.nio.file.Path;

/** Paths of the host as the engine has them: absolute, and with all their bytes. */
final class HostPaths {
  private final Caller caller;

  HostPaths(Caller caller) {
    this.caller = caller;
  }

  String text(Path path) {
    return path.isAbsolute()
        ? OsPath.text(path)
        : caller.workingDirectory() + "/" + OsPath.text(path);
  }
}
