package com.example.judge;

import io.nsrun.api.Mount;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a container needs of the host to run its gcc, its python3 and the JDK of this JVM:
 * directories of programs and libraries, which it can't change, and none of anybody's data.
 */
final class HostTools {
  static final Path JAVA_HOME = Path.of(System.getProperty("java.home"));

  private HostTools() {}

  static Mount[] mounts() throws IOException {
    List<Path> directories = new ArrayList<>();
    for (String name : List.of("/usr", "/bin", "/lib", "/lib64", "/etc/alternatives")) {
      directories.add(Path.of(name));
    }
    // Where Debian keeps the configuration of its JDKs.
    try (DirectoryStream<Path> found =
        Files.newDirectoryStream(Path.of("/etc"), "java-*-openjdk")) {
      found.forEach(directories::add);
    }
    if (!JAVA_HOME.startsWith("/usr")) {
      directories.add(JAVA_HOME);
    }
    List<Mount> mounts = new ArrayList<>();
    for (Path directory : directories) {
      if (Files.isDirectory(directory)) {
        // Whose these files are does not matter, as everybody may read them.
        mounts.add(Mount.readOnly(directory.toRealPath(), directory.toString()).withoutIdMapping());
      }
    }
    return mounts.toArray(Mount[]::new);
  }
}
