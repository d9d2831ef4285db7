package io.nsrun.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.container.Caller;
import io.nsrun.container.Command;
import io.nsrun.container.DependsOnJvm;
import io.nsrun.container.Nsrun;
import io.nsrun.container.Result;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Who knows no more than the README: a fresh Maven project with the dependency and the program that
 * stand there, and what it says where it is used wrongly.
 */
@DependsOnJvm
class StrangerTest {
  private static final Path HOME = Path.of(System.getProperty("nsrun.home"));
  private static final String MACHINE = System.getProperty("os.arch").replace("amd64", "x86_64");

  private static final String POM =
      """
      <project xmlns="http://maven.apache.org/POM/4.0.0">
        <modelVersion>4.0.0</modelVersion>
        <groupId>stranger</groupId>
        <artifactId>stranger</artifactId>
        <version>1</version>
        <properties>
          <maven.compiler.release>17</maven.compiler.release>
          <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
        </properties>
        <dependencies>
      %s
        </dependencies>
      </project>
      """;

  /** By name, so that nobody asks which is the newest; the project needs no other plugin. */
  private static final String BUILD =
      "mvn org.apache.maven.plugins:maven-compiler-plugin:3.16.0:compile"
          + " org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies";

  private static final String PROGRAM =
      """
      import io.nsrun.api.*;
      import java.nio.charset.StandardCharsets;
      import java.nio.file.Path;
      import java.time.Duration;

      class Program {
        public static void main(String[] args) throws Exception {
      %s
        }
      }
      """;

  /** Three mistakes. */
  private static final String WRONG =
      """
      try (Containers containers = Containers.builder().spares(0).open()) {
        ContainerBuilder builder = containers.container("echo", "started");
        builder.run();
        try {
          builder.run();
        } catch (ContainerException e) {
          System.out.println("twice: " + e.getMessage());
        }
        try {
          containers.container("true").limits(Limits.none().memory(DataSize.ofBytes(64))).run();
        } catch (ContainerException e) {
          System.out.println("limit: " + e.getMessage());
        }
        try {
          Rootfs rootfs = Rootfs.directory(Path.of(args[0]));
          System.out.print(containers.container("echo", "started").rootfs(rootfs).run().stdoutText());
        } catch (ContainerException e) {
          System.out.println("rootfs: " + e.getMessage());
        }
      }
      """;

  @TempDir static Path project;

  @BeforeAll
  static void build() throws IOException {
    Command.check(List.of("chmod", "755", project.toString()));
    String section = readmeFrom("## From Java");
    Files.writeString(project.resolve("pom.xml"), POM.formatted(block(section, "xml")));
    Path sources = Files.createDirectories(project.resolve("src/main/java"));
    Files.writeString(sources.resolve("Program.java"), PROGRAM.formatted(block(section, "java")));
    LocalRepository repository = LocalRepository.in(project.resolve("io.nsrun"));

    assertThat(repository.run(project, BUILD)).doesNotContain("[WARNING]");
  }

  private static String readmeFrom(String heading) throws IOException {
    String readme = Files.readString(HOME.resolve("README.md"));
    return readme.substring(readme.indexOf(heading));
  }

  private static String block(String text, String language) {
    Matcher block = Pattern.compile("(?ms)^```" + language + "\n(.*?)^```$").matcher(text);
    assertThat(block.find()).isTrue();
    return block.group(1);
  }

  @ParameterizedTest
  @EnumSource
  void programOfTheReadmeRunsForAnybody(Caller caller) {
    Result result = Nsrun.as(caller).program("-cp", classPath(), "Program").nsrun();

    assertThat(result.out()).as(result.err()).isEqualTo("HELLO\n0\nbye\n");
    assertThat(result.code()).isZero();
    assertThat(result.err().lines()).allMatch(line -> line.startsWith("SLF4J(W): "));
  }

  @Test
  void mistakesAreToldWithWhatToDoAndItHelps() throws Exception {
    Path archive = project.resolve("root.tar");
    String name = "/io/nsrun/rootfs/" + MACHINE + "/busybox.tar";
    try (InputStream in = StrangerTest.class.getResourceAsStream(name)) {
      Files.copy(in, archive);
    }

    String told = run(WRONG, archive);

    assertThat(told.lines())
        .containsExactly(
            "twice: this builder has started a container already",
            "  make another one of it beforehand, with copy()",
            "limit: Limits.memory(...): 64 bytes is too little for any command (use at least 1 MiB)",
            "rootfs: rootfs(...): "
                + archive
                + " is a file (for an archive use Rootfs.archive(...))");

    // What is named there is done, word by word.
    String corrected =
        WRONG
            .replaceFirst("builder\\.run", "builder." + first("with (copy\\(\\))", told) + ".run")
            .replace("ofBytes(64)", "ofMebi(" + first("at least ([0-9]+) MiB", told) + ")")
            .replace("Rootfs.directory", first("use (Rootfs\\.\\w+)\\(", told));

    assertThat(run(corrected, archive)).isEqualTo("started\n");
  }

  private static String first(String pattern, String text) {
    Matcher found = Pattern.compile(pattern).matcher(text);
    assertThat(found.find()).as(pattern).isTrue();
    return found.group(1);
  }

  private static String run(String statements, Path argument) throws IOException {
    Path source = Files.createTempDirectory(project, "p").resolve("Program.java");
    Files.writeString(source, PROGRAM.formatted(statements));
    Command.check(List.of("chmod", "-R", "a+rX", source.getParent().toString()));
    Result result =
        Nsrun.as(Caller.PLAIN)
            .program("-cp", project + "/target/dependency/*", source.toString())
            .nsrun(argument.toString());
    assertThat(result.code()).as(result.err()).isZero();
    return result.out();
  }

  private static String classPath() {
    return project + "/target/classes:" + project + "/target/dependency/*";
  }
}
