package io.nsrun.container;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A program of the tests in a JVM of its own, which may be run by anybody: with orchestrator.jar on
 * its class path, and one class of the tests.
 */
public final class JavaProgram {
  private JavaProgram() {}

  /**
   * What starts it.
   *
   * @param main has the method {@code main}, and no class of its own beside it
   */
  public static Nsrun of(Caller caller, Class<?> main) {
    return Nsrun.as(caller)
        .program("-cp", Directories.JAR + ":" + classesForAll(main), main.getName());
  }

  /** Where the checkout lies, other callers may not be able to read. */
  private static Path classesForAll(Class<?> main) {
    Path classes = Directories.tools().resolve("classes");
    String name = main.getName().replace('.', '/') + ".class";
    Path copy = classes.resolve(name);
    try (InputStream in = main.getResourceAsStream("/" + name)) {
      Files.createDirectories(copy.getParent());
      Files.write(copy, in.readAllBytes());
      return classes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
