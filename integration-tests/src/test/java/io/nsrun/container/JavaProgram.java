package io.nsrun.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A program of the tests in a JVM of its own, which may be run by anybody: with orchestrator.jar on
 * its class path, and a few classes of the tests.
 */
public final class JavaProgram {
  private JavaProgram() {}

  /**
   * What starts it.
   *
   * @param main has the method {@code main}
   * @param others of the tests that it needs, too; nested ones come along
   */
  public static Nsrun of(Caller caller, Class<?> main, Class<?>... others) {
    Path classes = Directories.tools().resolve("classes");
    copy(main, classes);
    for (Class<?> other : others) {
      copy(other, classes);
    }
    return Nsrun.as(caller).program("-cp", Directories.JAR + ":" + classes, main.getName());
  }

  /** Where the checkout lies, other callers may not be able to read. */
  private static void copy(Class<?> type, Path classes) {
    String name = type.getName().replace('.', '/');
    try {
      URI place = type.getResource("/" + name + ".class").toURI();
      Path directory = Files.createDirectories(classes.resolve(name).getParent());
      try (DirectoryStream<Path> files =
          Files.newDirectoryStream(
              Path.of(place).getParent(), type.getSimpleName() + "{,$*}.class")) {
        for (Path file : files) {
          Files.copy(
              file, directory.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
