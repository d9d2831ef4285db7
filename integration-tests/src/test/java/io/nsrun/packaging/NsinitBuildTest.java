package io.nsrun.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.container.Command;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How nsinit is built, wherever the sources lie. */
class NsinitBuildTest {
  private static final Path HOME = Path.of(System.getProperty("nsrun.home"));

  @TempDir Path directory;

  @Test
  void directoryWithSpacesInItsNameGivesTheSameBytes() throws IOException {
    Path copy = Files.createDirectories(directory.resolve("a place with spaces/nsinit-c"));
    for (String part : List.of("Makefile", "src")) {
      Command.check(
          List.of("cp", "-R", HOME.resolve("nsinit-c").resolve(part).toString(), copy + "/"));
    }

    Command.check(List.of("make", "-C", copy.toString(), "all"));

    String machine = System.getProperty("os.arch").replace("amd64", "x86_64");
    String name = "io/nsrun/nsinit/" + machine + "/nsinit";
    try (JarFile jar = new JarFile(System.getProperty("nsrun.jar"));
        InputStream nsinit = jar.getInputStream(jar.getEntry(name))) {
      assertThat(copy.resolve("target/classes/" + name)).hasBinaryContent(nsinit.readAllBytes());
    }
  }
}
