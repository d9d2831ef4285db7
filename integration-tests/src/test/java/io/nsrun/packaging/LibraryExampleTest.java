package io.nsrun.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.container.DependsOnJvm;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example that the Javadoc gives compiles against the library, and runs. */
@DependsOnJvm
class LibraryExampleTest {
  private static final Path HOME = Path.of(System.getProperty("nsrun.home"));

  @TempDir Path dir;

  @Test
  void exampleOfTheJavadocRuns() throws Exception {
    String source =
        Files.readString(HOME.resolve("orchestrator/src/main/java/io/nsrun/api/Containers.java"));
    String snippet = source.substring(source.indexOf("{@snippet :\n") + "{@snippet :\n".length());
    String code =
        snippet
            .substring(0, snippet.indexOf("\n * }\n */"))
            .lines()
            .map(line -> line.replaceFirst("^ \\* ?", ""))
            .collect(Collectors.joining("\n"));

    assertThat(run(code)).isEqualTo("HELLO\n0\n");
  }

  /** What the statements print, in a program of their own that has the thin jar. */
  private String run(String statements) throws IOException, InterruptedException {
    Path source =
        Files.writeString(
            dir.resolve("Example.java"),
            """
            import io.nsrun.api.*;
            import java.nio.charset.StandardCharsets;
            import java.time.Duration;

            class Example {
              public static void main(String[] args) throws Exception {
            %s
              }
            }
            """
                .formatted(statements));
    String classPath =
        System.getProperty("nsrun.library") + File.pathSeparator + LibraryJarTest.dependencies();
    StringWriter said = new StringWriter();
    boolean compiled =
        ToolProvider.getSystemJavaCompiler()
            .getTask(
                said,
                null,
                null,
                List.of("-Xlint:all", "-proc:none", "-cp", classPath, "-d", dir.toString()),
                null,
                ToolProvider.getSystemJavaCompiler()
                    .getStandardFileManager(null, null, null)
                    .getJavaFileObjects(source))
            .call();
    assertThat(said.toString()).isEmpty();
    assertThat(compiled).isTrue();
    Process program =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-cp",
                classPath + File.pathSeparator + dir,
                "Example")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String out = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(program.waitFor()).isZero();
    return out;
  }
}
