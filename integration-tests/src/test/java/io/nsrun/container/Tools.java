package io.nsrun.container;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Small C programs of the tests (src/test/c), for what neither Java nor busybox can do. Compiled
 * statically on first use, into a directory that every caller can enter.
 */
final class Tools {
  private static final Path SOURCES =
      Path.of(System.getProperty("nsrun.home"), "integration-tests", "src", "test", "c");

  private static final String MULTIARCH =
      System.getProperty("os.arch").replace("amd64", "x86_64") + "-linux-gnu";

  private static final Map<String, Path> BUILT = new ConcurrentHashMap<>();

  private Tools() {}

  /** The program made from {@code NAME.c}. */
  static Path path(String name) {
    return BUILT.computeIfAbsent(name, Tools::build);
  }

  /** The program as words of a command line. */
  static String word(String name) {
    return path(name).toString();
  }

  /** An option of {@code run} that shows the program to the container as {@code /NAME}. */
  static String mount(String name) {
    return "--volume=" + path(name) + ":/" + name + ":ro";
  }

  private static Path build(String name) {
    Path program = Directories.tools().resolve(name);
    Command.check(
        List.of(
            "musl-gcc",
            "-static",
            "-O1",
            "-Wall",
            "-Wextra",
            "-Werror",
            // The kernel's own headers, which musl-gcc hides.
            "-idirafter",
            "/usr/include",
            "-idirafter",
            "/usr/include/" + MULTIARCH,
            "-o",
            program.toString(),
            SOURCES.resolve(name + ".c").toString()));
    if (!Files.isExecutable(program)) {
      throw new IllegalStateException(program + " was not built");
    }
    return program;
  }
}
