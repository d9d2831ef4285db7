package io.nsrun.api;

import io.nsrun.engine.Caller;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import java.nio.file.FileSystems;
import java.nio.file.Path;

/** Paths of the host as the engine has them: absolute, and with all their bytes. */
final class HostPaths {
  private final Caller caller;

  HostPaths(Caller caller) {
    this.caller = caller;
  }

  /** Of what is asked for; one that is none of the host's is added to the problems. */
  String text(Path path, SpecField field, SpecProblems problems) {
    if (!isHosts(path)) {
      problems.add(
          field, path + " is in a file system of the JVM alone", "copy it to one of the host's");
      return "/";
    }
    return text(path);
  }

  /** Whether it is none of an archive that the JVM takes for a file system, nor of another such. */
  static boolean isHosts(Path path) {
    return path.getFileSystem().equals(FileSystems.getDefault());
  }

  String text(Path path) {
    return path.isAbsolute()
        ? OsPath.text(path)
        : caller.workingDirectory() + "/" + OsPath.text(path);
  }
}
