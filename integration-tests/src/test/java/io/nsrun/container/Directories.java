package io.nsrun.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * Where the tests keep what they need: a tree below /tmp that every caller can enter, wherever the
 * checkout lies, with a copy of the jar and a directory for each caller. Removed when the JVM of
 * the tests ends.
 */
final class Directories {
  static final Path BASE = make();

  static final Path JAR = copyJar();

  private Directories() {}

  /** Where {@link #forCaller} makes the directory. */
  static Path homeOf(String login) {
    return BASE.resolve("home").resolve(login);
  }

  static synchronized Path forCaller(String login) {
    try {
      Path home = Files.createDirectories(homeOf(login));
      Command.check(List.of("chown", login + ":", home.toString()));
      Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
      return home;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** XDG_RUNTIME_DIR of {@code caller}. */
  static Path runtimeOf(Caller caller) {
    try {
      Path runtime = BASE.resolve("run").resolve(caller.login());
      if (!Files.isDirectory(runtime)) {
        Files.createDirectories(runtime);
        Command.check(List.of("chown", caller.login() + ":", runtime.toString()));
        Files.setPosixFilePermissions(runtime, PosixFilePermissions.fromString("rwx------"));
      }
      return runtime;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where the tests' own programs are. */
  static Path tools() {
    try {
      return Files.createDirectories(BASE.resolve("tools"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A new directory that belongs to {@code caller}. */
  static Path fresh(Caller caller) {
    try {
      Path directory = Files.createTempDirectory(caller.home(), "t");
      Command.check(List.of("chown", caller.login() + ":", directory.toString()));
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path make() {
    try {
      Path base = Files.createTempDirectory("nsrun-it-");
      Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
      Runtime.getRuntime()
          .addShutdownHook(new Thread(() -> Command.check(List.of("rm", "-rf", base.toString()))));
      return base;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path copyJar() {
    try {
      Path jar = BASE.resolve("orchestrator.jar");
      Files.copy(Path.of(System.getProperty("nsrun.jar")), jar);
      Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("r--r--r--"));
      return jar;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
