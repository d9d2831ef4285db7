package io.nsrun.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.container.DependsOnJvm;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples that the Javadoc shows compile against the library, and do what they seem to. */
@DependsOnJvm
class SnippetsTest {
  private static final Path MAIN =
      Path.of(System.getProperty("nsrun.home"), "orchestrator/src/main");
  private static final Path SNIPPETS = MAIN.resolve("java-snippets/Snippets.java");
  private static final String MACHINE = System.getProperty("os.arch").replace("amd64", "x86_64");

  @TempDir Path dir;

  @Test
  void examplesDoWhatTheySeemTo() throws Exception {
    Path texts = Files.createDirectory(dir.resolve("texts"));
    Files.writeString(texts.resolve("one"), "b\n");
    Files.writeString(texts.resolve("other"), "a\n");
    Path archive = dir.resolve("root.tar");
    String name = "/io/nsrun/rootfs/" + MACHINE + "/busybox.tar";
    try (InputStream in = SnippetsTest.class.getResourceAsStream(name)) {
      Files.copy(in, archive);
    }
    String classPath =
        System.getProperty("nsrun.library") + File.pathSeparator + LibraryJarTest.dependencies();
    compile(classPath);

    assertThat(run(classPath, texts, archive, Files.createDirectory(dir.resolve("results"))))
        .isEqualTo(
            """
            containers
            HELLO
            0
            container
            42
            0
            copy
            1
            3
            9
            10
            end
            ended by its limit: TIMEOUT
            exception
            exec no-such-server: ENOENT (in none of the directories of PATH)
            mount
            Sorted:
            a
            b
            rootfs
            new
            false
            security
            CapEff:\t0000000000000000
            etc
            192.0.2.7\tdb
            nameserver 192.0.2.53
            namespaces
            same
            detached
            RUNNING
            killed by SIGTERM
            logs
            one
            exec
            HELLO
            files
            ADDED /texts
            ADDED /texts/one
            ADDED /texts/other
            start
            1
            2
            attach
            42
            exited with code 3
            listener
            three exited with code 3
            """);
  }

  @Test
  void eachExampleIsShown() throws IOException {
    List<String> shown;
    try (Stream<Path> sources = Files.list(MAIN.resolve("java/io/nsrun/api"))) {
      StringBuilder all = new StringBuilder();
      for (Path source : sources.toList()) {
        all.append(Files.readString(source));
      }
      shown = names("\\{@snippet file=\"Snippets.java\" region=\"(\\w+)\"\\}", all.toString());
    }

    assertThat(names("@start region=\"(\\w+)\"", Files.readString(SNIPPETS)))
        .containsExactlyInAnyOrderElementsOf(shown);
  }

  private static List<String> names(String pattern, String text) {
    return Pattern.compile(pattern).matcher(text).results().map(each -> each.group(1)).toList();
  }

  private void compile(String classPath) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter said = new StringWriter();
    boolean compiled =
        compiler
            .getTask(
                said,
                null,
                null,
                List.of("-Xlint:all", "-proc:none", "-cp", classPath, "-d", dir.toString()),
                null,
                compiler.getStandardFileManager(null, null, null).getJavaFileObjects(SNIPPETS))
            .call();
    assertThat(said.toString()).isEmpty();
    assertThat(compiled).isTrue();
  }

  private String run(String classPath, Path... arguments) throws IOException, InterruptedException {
    ProcessBuilder java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-cp",
                classPath + File.pathSeparator + dir,
                "Snippets")
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    Stream.of(arguments).map(Path::toString).forEach(java.command()::add);
    Process program = java.start();
    String out = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(program.waitFor()).as(out).isZero();
    return out;
  }
}
