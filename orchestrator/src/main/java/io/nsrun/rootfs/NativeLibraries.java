package io.nsrun.rootfs;

import io.nsrun.state.PrivateDirectory;
import io.nsrun.state.ProcessIds;
import io.nsrun.state.StatePaths;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;

/** Where libraries with native code unpack it, which this JVM then executes. */
final class NativeLibraries {
  private static final String ZSTD = "ZstdTempFolder";

  private NativeLibraries() {}

  /**
   * Has zstd-jni use a directory that is the caller's alone; else it takes the one for temporary
   * files, wherever that is. To be called before its first class is loaded.
   *
   * @throws IOException if there is no such directory
   */
  static void keepPrivate() throws IOException {
    if (System.getProperty(ZSTD) != null) {
      return;
    }
    StatePaths paths = StatePaths.ofCaller(ProcessIds.effectiveUid());
    IOException last = new IOException("no directory takes a program");
    for (Path candidate : paths.cacheCandidates()) {
      try {
        Path directory = PrivateDirectory.ensure(candidate, paths.uid());
        if (takesPrograms(directory)) {
          System.setProperty(ZSTD, directory.toString());
          return;
        }
      } catch (IOException e) {
        last = e;
      }
    }
    throw last;
  }

  private static boolean takesPrograms(Path directory) throws IOException {
    File trial = File.createTempFile(".exec", null, directory.toFile());
    try {
      return trial.setExecutable(true) && trial.canExecute();
    } finally {
      trial.delete();
    }
  }
}
