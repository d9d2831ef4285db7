package io.nsrun.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * The static {@code nsrun}, and what it starts where no service answers: a JVM, which says so first
 * if {@code LAUNCHED} is set to a file.
 */
final class Front {
  static final Path PROGRAM = program();

  static final Path LAUNCHER = launcher();

  private Front() {}

  private static Path program() {
    try {
      String machine = Command.check(List.of("uname", "-m")).strip();
      Path built = Path.of(System.getProperty("nsrun.home"), "nsinit-c/target", machine, "nsrun");
      Path copy = Directories.tools().resolve("nsrun");
      Files.copy(built, copy);
      Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("r-xr-xr-x"));
      return copy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path launcher() {
    try {
      Path script = Directories.tools().resolve("launch");
      Files.writeString(
          script,
          "#!/bin/sh\n[ -z \"$LAUNCHED\" ] || echo launched >>\"$LAUNCHED\"\nexec "
              + String.join(" ", Nsrun.jvm())
              + " \"$@\"\n");
      Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("r-xr-xr-x"));
      return script;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether a JVM was started for it, of a call with {@code LAUNCHED} set to this file. */
  static boolean launched(Path file) {
    return Files.exists(file);
  }
}
